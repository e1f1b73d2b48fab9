"""What a search for adversarial examples amounts to, in the referee's words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag
from bartizan.core.data import Array, Labels
from bartizan.numerics.classwise import Count, by_class, precision_recall
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.paired import discordant, mcnemar, paired_difference

from .verdict import Reliability


@dataclass(frozen=True)
class RobustAccuracy:
    """Robust accuracy of N examples; every array is in their order.

    value, low, high: share that is right and stays right, with its exact 95 % interval (Clopper–Pearson).
    robust: which those are, as the referee found; clean: which are right unchanged; adversarial: the misclassified
    input found, the example itself where none was; y: true classes; before, after: the model's classes.
    forwards, backwards: passes spent on each example, the referee's included; fell_after: passes until it fell.
    curve: (mean passes forward, back, share still robust) after the clean pass and after each run.
    residual: predicted share that would still fall if the search went on (see `residual.predicted_residual`).
    flags: doubts, each with a section in docs/flags.md; reliability: what they amount to. Only a `reliable` result may
    be read as robustness; the others are upper bounds on it.
    """

    value: float
    low: float
    high: float
    n: int
    norm: str
    eps: float
    robust: NDArray[np.bool_]
    clean: NDArray[np.bool_]
    adversarial: Array
    y: Labels
    before: Labels
    after: Labels
    forwards: NDArray[np.int64]
    backwards: NDArray[np.int64]
    fell_after: NDArray[np.int64]
    curve: list[tuple[float, float, float]]
    stages: list[dict[str, Any]]
    residual: float
    invalid: int
    flags: tuple[Flag, ...] = ()
    reliability: Reliability = "reliable"
    certified: float | None = None
    extra: dict[str, float] = field(default_factory=dict)

    def by_class(self) -> dict[int, tuple[float, float, float, int]]:
        """Robust accuracy of each class with its interval and number of examples."""
        return {c: share_of(count) for c, count in by_class(self.robust, self.y).items()}

    def worst_class(self) -> tuple[int, float]:
        """The class with the lowest robust accuracy (the first of equals), and that."""
        rates = {c: s[0] for c, s in self.by_class().items()}
        worst = min(rates, key=lambda c: (rates[c], c))
        return worst, rates[worst]

    def precision_recall(self, positive: tuple[int, ...]) -> dict[str, float]:
        """Precision and recall of the classes `positive` taken together, clean and under attack.

        Under attack each example is replaced by its adversarial input where there is one; NaN where nothing was called
        positive, or nothing is.
        """
        truth = np.isin(self.y, positive)
        out: dict[str, float] = {}
        for name, said in (("clean", self.before), ("attacked", self.after)):
            precision, recall = precision_recall(truth, np.isin(said, positive))
            out |= {f"{name}_precision": share_of(precision)[0], f"{name}_recall": share_of(recall)[0]}
        return out

    def against(self, other: RobustAccuracy) -> dict[str, float]:
        """This model against another on the same examples: the paired difference in robust accuracy with its interval,
        and McNemar's exact p-value. Raises `ValueError` when the examples differ in number or class."""
        if self.n != other.n or not np.array_equal(self.y, other.y):
            raise ValueError("two results can only be compared on the same examples")
        value, low, high = paired_difference(self.robust, other.robust)
        return {"difference": value, "low": low, "high": high, "p": mcnemar(*discordant(self.robust, other.robust))}


def share(mask: NDArray[np.bool_]) -> tuple[float, float, float, int]:
    """Share of true entries with its exact interval, and their number."""
    return share_of((int(mask.sum()), len(mask)))


def share_of(count: Count) -> tuple[float, float, float, int]:
    """A count as a share (NaN of none) with its exact interval, and of how many it is."""
    k, n = count
    return (k / n if n else float("nan"), *clopper_pearson(k, n), n)
