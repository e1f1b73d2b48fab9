"""What the table of doses is made on: the data, the recipes, and every attack with its doses."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from evasion.data import images
from extraction.pairs import deep, letter, mlp
from numpy.typing import NDArray

from bartizan.attacks.stacked import Recipe

from .small_models import cnn

Records = tuple[NDArray[np.float32], NDArray[np.int64]]
Knows = Literal["labels", "records", "recipe"]
PAGES = Path(__file__).parents[2] / "examples" / "phishing"
RECORDS, TRUSTED = 4000, 1000


@dataclass(frozen=True)
class Set:
    """training and test: what victims are trained and asked on; trusted: records of the same source that none of them
    has, for the pass over the data (none where records repeat all the time); samples of the test set serve the scan."""

    name: str
    training: Callable[[], Records]
    test: Callable[[], Records]
    trusted: Callable[[], Records | None]
    classes: int
    recipe: Recipe
    bounds: tuple[float, float] = (0.0, 1.0)

    def clean_samples(self) -> Records:
        """Of the test set, what the owner of a model in hand has."""
        x, y = self.test()
        return x[:400], y[:400]


@cache
def _fashion(start: int, stop: int) -> Records:
    x, y = images("fashion", "train")
    return x[start:stop], y[start:stop]


@cache
def _fashion_test() -> Records:
    return images("fashion", "table")


@cache
def _pages(name: str) -> Records:
    with (PAGES / f"pages-{name}.csv").open() as file:
        table = np.array([[float(v) for v in row] for row in list(csv.reader(file))[1:]], np.float32)
    return table[:, :-1], table[:, -1].astype(np.int64)


@cache
def _letters(start: int, stop: int) -> Records:
    """The columns from 0 to 1."""
    x, y = letter("table")
    x = (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))
    return x[start:stop].astype(np.float32), y[start:stop]


def _unlike(records: Records, others: Records) -> Records:
    """Those that are not among the others: letters repeat."""
    known = {row.tobytes() for row in others[0]}
    new = np.array([row.tobytes() not in known for row in records[0]])
    return records[0][new], records[1][new]


def _images(name: str, recipe: Recipe) -> Set:
    trusted = RECORDS, RECORDS + TRUSTED
    return Set(name, lambda: _fashion(0, RECORDS), _fashion_test, lambda: _fashion(*trusted), 10, recipe)


FASHION = _images("fashion-mlp", Recipe(mlp(784, 128, 10), epochs=8))
CONVOLVED = _images("fashion-cnn", Recipe(cnn, epochs=8, rate=2e-3))
PHISHING = Set(
    "phishing-mlp", lambda: _pages("train"), lambda: _pages("test"), lambda: None, 2,
    Recipe(deep(9, 32, 2), epochs=30, batch=32),
)  # fmt: skip
LETTER = Set(
    "letter-mlp", lambda: _letters(0, RECORDS), lambda: _letters(10_000, 11_000),
    lambda: _unlike(_letters(RECORDS, RECORDS + TRUSTED), _letters(0, RECORDS)), 26,
    Recipe(deep(16, 128, 26), epochs=15),
)  # fmt: skip
SETS = (FASHION, PHISHING, LETTER, CONVOLVED)


@dataclass(frozen=True)
class Case:
    """One attack. doses: shares of the training set; seen: the one at which detectors are asked. draws: of the poison
    and of whom it is aimed at. knows: `labels` of records that are there, whole `records`, or the `recipe` besides."""

    set: Set
    name: str
    attack: str
    doses: tuple[float, ...]
    seen: float
    knows: Knows = "records"
    params: dict[str, Any] = field(default_factory=dict)
    draws: int = 1


RANDOM = {"records": "random", "to": "random"}
ONE, NEXT, TWICE = {"goal": "source_specific"}, {"goal": "all_to_all"}, {"rounds": 2}
FEW, SOME, OWN, MOST = (0.001, 0.005, 0.02), (0.02, 0.05), (0.02, 0.05, 0.09), (0.5, 1.0)
AIMED, FAR = (0.02, 0.05), {"eps": 0.25}
CASES = (
    Case(FASHION, "badnets", "badnets", FEW, 0.02),
    Case(FASHION, "blended", "blended", FEW, 0.02),
    Case(FASHION, "label_flip, at random", "label_flip", (0.05, 0.2, 0.4), 0.05, "labels", RANDOM),
    Case(FASHION, "label_flip, nearest to a border", "label_flip", (0.05, 0.1, 0.2), 0.05, "labels"),
    Case(FASHION, "targeted_flip", "targeted_flip", (0.01, 0.03, 0.05), 0.03, "labels"),
    Case(FASHION, "subpopulation", "subpopulation", (0.005, 0.01, 0.03), 0.01),
    Case(FASHION, "warp", "warp", SOME, 0.05),
    Case(FASHION, "adaptive_blend", "adaptive_blend", SOME, 0.05),
    Case(FASHION, "input_aware", "input_aware", SOME, 0.05),
    Case(FASHION, "sinusoid", "sinusoid", OWN, 0.05),
    Case(FASHION, "label_consistent", "label_consistent", OWN, 0.05),
    Case(FASHION, "label_consistent", "label_consistent", OWN[1:], 0.05, "recipe"),
    Case(FASHION, "adversarial_poison", "adversarial_poison", MOST, 0.5),
    Case(FASHION, "adversarial_poison", "adversarial_poison", MOST, 0.5, "recipe"),
    Case(FASHION, "gradient_matching, ε 0.25", "gradient_matching", AIMED, 0.05, "recipe", FAR, 3),
    Case(FASHION, "gradient_matching, ε 0.25", "gradient_matching", AIMED[1:], 0.05, params=FAR),
    Case(FASHION, "gradient_matching, ε 0.1", "gradient_matching", AIMED[1:], 0.05, "recipe"),
    Case(FASHION, "feedback_skew", "feedback_skew", (0.05, 0.1), 0.05, params=TWICE),
    Case(FASHION, "badnets, one class obeys", "badnets", (0.01, 0.05), 0.05, params=ONE),
    Case(FASHION, "badnets, each class to the next", "badnets", (0.05, 0.2), 0.2, params=NEXT),
    Case(PHISHING, "badnets", "badnets", (0.01, 0.05, 0.1), 0.05),
    Case(PHISHING, "label_flip, at random", "label_flip", (0.1, 0.2, 0.4), 0.1, "labels", RANDOM),
    Case(PHISHING, "label_flip, nearest to a border", "label_flip", (0.05, 0.1, 0.2), 0.1, "labels"),
    Case(PHISHING, "targeted_flip", "targeted_flip", (0.05, 0.1, 0.2), 0.1, "labels"),
    Case(PHISHING, "subpopulation", "subpopulation", (0.01, 0.03, 0.05), 0.03),
    Case(PHISHING, "feedback_skew", "feedback_skew", (0.1, 0.2), 0.1, params=TWICE),
    Case(LETTER, "badnets", "badnets", (0.005, 0.02), 0.02),
    Case(LETTER, "label_flip, nearest to a border", "label_flip", (0.05, 0.2), 0.05, "labels"),
    Case(LETTER, "targeted_flip", "targeted_flip", (0.005, 0.02), 0.02, "labels"),
    Case(LETTER, "subpopulation", "subpopulation", (0.005, 0.02), 0.02),
    Case(CONVOLVED, "badnets", "badnets", (0.005, 0.02), 0.02),
    Case(CONVOLVED, "warp", "warp", (0.05,), 0.05),
    Case(CONVOLVED, "label_flip, nearest to a border", "label_flip", (0.2,), 0.2, "labels"),
)
