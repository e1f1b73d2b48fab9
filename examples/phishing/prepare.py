"""Write the two data files of this example from `river.datasets.Phishing`: 1,250 real web pages.

    pip install river && python prepare.py

The split is stratified and fixed: 750 pages to train on, 500 to test on.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
SEED = 2014
LABEL = "phishing"


def main() -> None:
    from river.datasets import Phishing

    pages = [(x, int(y)) for x, y in Phishing()]
    names = list(pages[0][0])
    labels = np.array([y for _, y in pages])
    rng = np.random.default_rng(SEED)
    train: list[int] = []
    for c in (0, 1):
        rows = rng.permutation(np.flatnonzero(labels == c))
        train.extend(rows[: round(0.6 * len(rows))].tolist())
    test = sorted(set(range(len(pages))) - set(train))
    for name, rows in (("train", sorted(train)), ("test", test)):
        with (HERE / f"pages-{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*names, LABEL])
            writer.writerows([*(f"{pages[r][0][n]:g}" for n in names), pages[r][1]] for r in rows)
        print(f"pages-{name}.csv: {len(rows)} pages")


if __name__ == "__main__":
    main()
