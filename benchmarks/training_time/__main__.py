"""python -m training_time JOB …, from the folder `benchmarks`: the development phase, measured; writes JSON.

JOB        files: scanners of model files on tricks and on honest files, peers beside ours, and a folder of 10,000 files
--peers    folder with one subfolder for each peer, made by `pip install --no-deps --target` (training_time/.peers)
--only     only these tools, by commas, in this order; `folder` is the folder of 10,000 files (all)
--seconds  after which a peer is ended at a file (30)
--results  the file of rows (results/training_time.json)
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from . import rows

JOBS = {"files": "files"}


def main() -> None:
    """Run the jobs asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="+", choices=sorted(JOBS))
    parser.add_argument("--peers", type=Path, default=Path(__file__).parent / ".peers")
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--results", type=Path, default=rows.RESULTS)
    asked = parser.parse_args()
    rows.RESULTS = asked.results
    for job in asked.jobs:
        importlib.import_module(f"training_time.{JOBS[job]}").run(
            peers=asked.peers, only=tuple(filter(None, asked.only.split(","))), seconds=asked.seconds
        )


if __name__ == "__main__":
    main()
