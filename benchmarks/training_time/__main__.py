"""python -m training_time JOB …, from the folder `benchmarks`: attacks of the development phase, measured.

JOB   scan: models in hand, clean and planted, with and without a null of matched clean models
      repair: what repairs leave of a trigger
--runs N      of every row that is repeated over seeds (10: the full size)
--only TEXT   only rows with this in their names (all)
--models N,N,N  of `scan`: clean models of the null, other clean ones, planted ones for each trigger, instead of --runs
--first N     seed of the first model that is scanned (0)
--results PATH  the file of rows (results/training_time.json)

Rows that are measured again replace the old ones; models and scans are kept in training_time/.models.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from . import rows

JOBS = {"scan": "model_scan", "repair": "repairs"}


def main() -> None:
    """Run the jobs asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="+", choices=sorted(JOBS))
    parser.add_argument("--runs", type=int)
    parser.add_argument("--only", default="")
    parser.add_argument("--models", type=lambda text: tuple(int(n) for n in text.split(",")), default=())
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--results", type=Path, default=rows.RESULTS)
    asked = parser.parse_args()
    rows.RESULTS = asked.results
    given = {"runs": asked.runs} if asked.runs is not None else {}
    for job in asked.jobs:
        importlib.import_module(f"training_time.{JOBS[job]}").run(
            only=asked.only, models=asked.models, first=asked.first, **given
        )


if __name__ == "__main__":
    main()
