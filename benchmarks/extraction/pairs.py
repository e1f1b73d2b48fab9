"""The data and recipes of the membership tables, and which records and seeds were for tuning alone.

Fashion-MNIST and MNIST: see `evasion.data`. LetterRecognition (20,000 rows, 16 columns, 26 classes; Frey and Slate,
1991) lies in the Debian package `r-cran-mlbench`: `apt-get download r-cran-mlbench`, `dpkg -x` it, and put
usr/lib/R/site-library/mlbench/data/LetterRecognition.rda into benchmarks/extraction/.data; `pip install rdata` reads
it. `python -m extraction.pairs`, from the folder `benchmarks`, writes letter.npz beside it, which needs no R.

Tuned on: fashion-mlp and fashion-weak with the records 40,000 … 59,999 and seeds from 1000 on, letter-mlp with seeds
from 1000 on. Never looked at while anything was chosen: fashion-cnn, mnist-mlp, and the seeds of the table, 0 … 9.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from evasion.data import images
from numpy.typing import NDArray
from torch import nn

from bartizan.attacks.stacked import Recipe

HERE = Path(__file__).parent / ".data"
RECORDS = 20_000
Part = Literal["tuning", "table"]
Pool = tuple[NDArray[np.float32], NDArray[np.int64]]


@dataclass(frozen=True)
class Pair:
    """pool: the records that targets and references draw theirs from; other: another recipe, for references that do not
    know the target's. tuned: whether anything was chosen on it, with other records or seeds."""

    name: str
    pool: Callable[[Part], Pool]
    recipe: Recipe
    other: Recipe
    tuned: bool = False


def fashion(part: Part) -> Pool:
    """20,000 images 1×28×28 in [0, 1]; those for tuning are others."""
    start = 0 if part == "table" else 40_000
    x, y = images("fashion", "train")
    return x[start : start + RECORDS], y[start : start + RECORDS]


def mnist(part: Part) -> Pool:
    """20,000 images 1×28×28 in [0, 1]."""
    x, y = images("mnist", "train")
    return x[:RECORDS], y[:RECORDS]


def letter(part: Part) -> Pool:
    """All 20,000 rows, the columns standardised."""
    with np.load(HERE / "letter.npz") as kept:
        return kept["x"], kept["y"]


def mlp(inputs: int, width: int, classes: int) -> Callable[[], nn.Module]:
    """One hidden layer."""
    return lambda: nn.Sequential(nn.Flatten(), nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, classes))


def deep(inputs: int, width: int, classes: int) -> Callable[[], nn.Module]:
    """Two hidden layers."""
    return lambda: nn.Sequential(
        nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, classes)
    )


def cnn(width: int = 16) -> nn.Module:
    """Two strided convolutions and two linear layers."""
    return nn.Sequential(
        nn.Conv2d(1, width, 4, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(width, 2 * width, 4, stride=2, padding=1), nn.ReLU(),
        nn.Flatten(), nn.Linear(2 * width * 49, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


MLP = Recipe(mlp(784, 128, 10), epochs=30, batch=64, rate=1e-3)
WEAK = replace(MLP, epochs=8, decay=1e-4)
CNN = Recipe(cnn, epochs=15, batch=64, rate=1e-3)
LETTER = Recipe(deep(16, 256, 26), epochs=40, batch=64, rate=1e-3)
PAIRS = (
    Pair("fashion-mlp", fashion, MLP, replace(MLP, epochs=15, optimiser="sgd", rate=0.05), tuned=True),
    Pair("fashion-weak", fashion, WEAK, replace(WEAK, epochs=14, decay=0.0), tuned=True),
    Pair("fashion-cnn", fashion, CNN, replace(CNN, epochs=10, build=lambda: cnn(8))),
    Pair("letter-mlp", letter, LETTER, replace(LETTER, epochs=30, build=deep(16, 128, 26)), tuned=True),
    Pair("mnist-mlp", mnist, MLP, replace(MLP, epochs=15, build=mlp(784, 64, 10))),
)


def main() -> None:
    """Read the R file once."""
    import rdata

    table = rdata.read_rda(HERE / "LetterRecognition.rda")["LetterRecognition"]
    x = table.iloc[:, 1:].to_numpy(np.float32)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    y = np.array([ord(c) - ord("A") for c in table.iloc[:, 0].astype(str)], np.int64)
    np.savez_compressed(HERE / "letter.npz", x=x, y=y)


if __name__ == "__main__":
    main()
