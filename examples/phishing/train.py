"""Train the classifier on pages-train.csv and write trees.txt (LightGBM's own format) beside it.

python train.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from trees import train

HERE = Path(__file__).parent
SEED = 7


def load(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Features as float32 and labels as int64."""
    table = np.loadtxt(HERE / f"pages-{name}.csv", delimiter=",", skiprows=1, dtype=np.float32)
    return table[:, :-1], table[:, -1].astype(np.int64)


def main() -> None:
    booster = train(*load("train"), seed=SEED)
    booster.save_model(HERE / "trees.txt")
    pages, labels = load("test")
    right = (booster.predict(pages) > 0.5) == labels
    print(f"accuracy on {len(labels)} test pages: {right.mean():.4f}")


if __name__ == "__main__":
    main()
