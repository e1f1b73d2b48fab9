"""python -m training_time JOB …, from the folder `benchmarks`: files, data and models in hand, measured; writes JSON.

JOB   files: scanners of model files on tricks and on honest files, peers beside ours, and a folder of 10,000 files
      data: what one pass over training data finds, beside cleanlab on the same probabilities
      scan: models in hand, clean and planted, with and without a null of matched clean models
      students: models in hand, clean and planted, beside their own students
      repair: what repairs leave of a trigger
      prevent: what defences that train again leave of poison
      dose: what poison and planted triggers do by number of records, and who sees them
--runs N      of every row that is repeated over seeds (each job has its own number)
--only TEXT   only rows with this in their names (all); of `files` tools by commas, in this order, `folder` among them
--groups      of `files`: only these, by commas, in this order: tuning, held out, benign, unseen
--models N,N,N  of `scan`: clean models of the null, other clean ones, planted ones for each trigger, instead of --runs;
              of `students`: clean ones, planted ones
--first N     of `scan`, `students`, `repair` and `prevent`: the first seed (0)
--every N     of `files`: one file of so many in each group, for a tool that takes too long for all (1)
--peers       of `files`: folder with one subfolder for each peer, as `make bench-training-time` makes it
--seconds     of `files`: of CPU time after which a peer is stopped at a file (30)
--results PATH  the file of rows (results/training_time.json)

Rows that are measured again replace the old ones; all others stay. `python -m training_time.tables` writes the tables.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from . import rows

JOBS = {
    "files": "files", "data": "data_pass", "scan": "model_scan", "repair": "repairs", "prevent": "prevention",
    "dose": "dose", "students": "own_students",
}  # fmt: skip


def main() -> None:
    """Run the jobs asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="+", choices=sorted(JOBS))
    parser.add_argument("--runs", type=int)
    parser.add_argument("--only", default="")
    parser.add_argument("--every", type=int)
    parser.add_argument("--groups", default="")
    parser.add_argument("--models", type=lambda text: tuple(int(n) for n in text.split(",")), default=())
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--peers", type=Path, default=Path(__file__).parent / ".peers")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--results", type=Path, default=rows.RESULTS)
    asked = vars(parser.parse_args())
    rows.RESULTS = asked.pop("results")
    jobs = asked.pop("jobs")
    given = {name: value for name, value in asked.items() if value is not None}
    for job in jobs:
        importlib.import_module(f"training_time.{JOBS[job]}").run(**given)


if __name__ == "__main__":
    main()
