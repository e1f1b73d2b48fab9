"""Files that try to get past a scanner, by family of trick, and honest ones: made when asked for, none kept.

Every payload would make one folder and do nothing else. `tuning` holds the families the readers were made with;
`held_out` those that were written first, frozen by `FROZEN`, and looked at only when the readers were done; `benign`
what current libraries write.
"""
