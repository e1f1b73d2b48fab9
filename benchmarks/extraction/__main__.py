"""python -m extraction JOB …, from the folder `benchmarks`: the exploitative side, measured; prints rows, writes JSON.

JOB   audit: bounds on the privacy loss of trainings whose truth is known
      leaks: records, attributes and properties read off gradients and models, and what defences do about it
      membership: who was trained on, beside LiRA and RMIA (`python -m extraction.membership` takes more options)
--runs N      of every row that is repeated over seeds (40)
--only TEXT   only rows with this in their names (all)

Rows that are measured again replace the old ones; all others stay.
"""

from __future__ import annotations

import argparse
import importlib

JOBS = {"audit": "dp_audit", "leaks": "leaks", "membership": "membership"}


def main() -> None:
    """Run the jobs asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="+", choices=sorted(JOBS))
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    for job in asked.jobs:
        importlib.import_module(f"extraction.{JOBS[job]}").run(runs=asked.runs, only=asked.only)


if __name__ == "__main__":
    main()
