"""The YAML of a description: where each key stands, what may be said, what is wrong with it."""
