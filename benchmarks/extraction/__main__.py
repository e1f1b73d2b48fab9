"""python -m extraction JOB …, from the folder `benchmarks`: the exploitative side, measured; prints rows, writes JSON.

JOB   stealing: copies against peers', networks read from answers, detectors of thieves, proofs of ownership
--runs N      of every row that is repeated over seeds (3)
--only TEXT   only rows with this in their names (all)
--device NAME where networks are trained (cpu)
--steps N     optimiser steps of every copy (2000)

Rows that are measured again replace the old ones; all others stay.
"""

from __future__ import annotations

import argparse
import importlib

JOBS = {"stealing": "stealing"}


def main() -> None:
    """Run the jobs asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="+", choices=sorted(JOBS))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--steps", type=int, default=2000)
    asked = parser.parse_args()
    for job in asked.jobs:
        module = importlib.import_module(f"extraction.{JOBS[job]}")
        module.run(runs=asked.runs, only=asked.only, device=asked.device, steps=asked.steps)


if __name__ == "__main__":
    main()
