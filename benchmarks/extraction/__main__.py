"""python -m extraction JOB …, from the folder `benchmarks`: the exploitative side, measured; prints rows, writes JSON.

JOB   membership: who was trained on, beside LiRA and RMIA (`python -m extraction.membership` has more to choose from)
      baselines: LiRA and RMIA beside their authors' code (`extraction.authors`), and where the truth is known
      stealing: copies against peers', networks read from answers, detectors of thieves, proofs of ownership
      audit: bounds on the privacy loss of trainings whose truth is known
      leaks: records, attributes and properties read off gradients and models, and what defences do about it
--runs N      of every row that is repeated over seeds (each job has its own number)
--only TEXT   only rows with this in their names (all)
--device NAME where networks are trained (cpu)
--steps N     of `stealing`: optimiser steps of every copy (2000)
--results PATH  the file of rows (results/extraction.json)

Rows that are measured again replace the old ones; all others stay. `python -m extraction.tables` writes the tables.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from . import rows

JOBS = {
    "membership": "membership",
    "baselines": "baselines",
    "stealing": "stealing",
    "audit": "dp_audit",
    "leaks": "leaks",
}


def main() -> None:
    """Run the jobs asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="+", choices=sorted(JOBS))
    parser.add_argument("--runs", type=int)
    parser.add_argument("--only", default="")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--results", type=Path, default=rows.RESULTS)
    asked = parser.parse_args()
    rows.RESULTS = asked.results
    given = {"runs": asked.runs} if asked.runs is not None else {}
    for job in asked.jobs:
        module = importlib.import_module(f"extraction.{JOBS[job]}")
        module.run(only=asked.only, device=asked.device, steps=asked.steps, **given)


if __name__ == "__main__":
    main()
