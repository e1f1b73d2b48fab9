"""What share of a group a training set held, told from a model's answers alone.

Models of one recipe are trained on sets with either share, and a classifier learns to tell them by their answers.
Ganju et al., Property Inference Attacks on Fully Connected Neural Networks, CCS 2018, of the weights; here, as in
Zhang, Ohrimenko and Cummings, USENIX Security 2021, only the answers are used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.stacked import Recipe, train_stacked
from bartizan.core.data import Array, Data
from bartizan.core.errors import DataError, UsageError
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.seeds import child

from ..audit.inputs import checked_records
from ..log_odds import log_scores
from .shares import Distinguisher, Mask, drawn, normal

FEWEST = 16


@dataclass(frozen=True)
class PropertyInference:
    """share: which of the two the target's training set is said to have had; probability: of the second one, by the
    classifier. accuracy: over models trained on other records than those it was fitted on, with its exact interval;
    only above ½ does the answer mean anything. models: how many were trained; queries: asked of the target."""

    share: float
    probability: float
    accuracy: tuple[float, float, float]
    models: int
    queries: int

    @property
    def leaks(self) -> bool:
        """Whether the shares can be told apart at all."""
        return self.accuracy[1] > 0.5


def infer_property(
    target: Any,
    recipe: Recipe,
    x: Any,
    y: Any,
    group: Any,
    *,
    shares: tuple[float, float],
    size: int,
    points: Any,
    models: int = 64,
    seed: int = 0,
) -> PropertyInference:
    """Tell which of two `shares` of a group the training set of `target` had.

    target: asked once about each of `points` (P×…), which neither it nor the attacker's models are trained on, since
    what they know by heart would speak of records and not of shares. recipe: how the target was trained, as far as the
    attacker knows.
    x, y, group: the attacker's own records (N×…), their classes, and which belong to the group (N booleans). Training
    sets of `size` records are drawn for `models` models, half of each share, from either half of the records in turn.
    Raises `UsageError` and its kin in one sentence on what cannot be inferred.
    """
    own, inside = checked_records("x, y", x, y), np.asarray(group)
    _checked(inside, len(own), shares, size, models)
    asked = _apart(points, own)
    which, half = np.arange(models) % 2, np.arange(models) // 2 % 2
    mine = np.random.default_rng(child(seed, "halves")).permutation(len(own)) % 2
    masks = np.stack(
        [drawn(inside, mine == half[m], shares[which[m]], size, child(seed, "set", m)) for m in range(models)]
    )
    logits = train_stacked(recipe, own.x, own.y, inside=masks, seed=seed, points=asked).logits
    answers = np.stack([normal(z) for z in logits])
    right = _held_out(answers, which, half)
    said = Distinguisher.fitted(answers, which)(normal(log_scores(target, asked, logits.shape[2]))[None])[0]
    k = int(right.sum())
    return PropertyInference(
        shares[int(said > 0.5)], float(said), (k / models, *clopper_pearson(k, models)), models, len(asked)
    )


def _checked(group: NDArray[Any], n: int, shares: tuple[float, float], size: int, models: int) -> None:
    if group.shape != (n,) or group.dtype != np.bool_:
        raise DataError(f"group must say true or false for each of the {n} records")
    if not (0 <= min(shares) < max(shares) <= 1):
        raise UsageError(f"shares are {shares}; give two that differ, between 0 and 1")
    if models < FEWEST or models % 4:
        raise UsageError(f"models is {models}; give a multiple of 4 from {FEWEST}")
    members, others = int(group.sum()) // 2, int((~group).sum()) // 2
    if size < 1 or round(max(shares) * size) > members or size - round(min(shares) * size) > others:
        raise DataError(
            f"sets of {size} records with shares {shares} cannot be drawn from half of the records, {members} of "
            f"the group and {others} others"
        )


def _apart(points: Any, own: Data) -> Array:
    asked = np.asarray(points, np.float32)
    shared = len(set(own.contents()) & set(Data.of(asked, np.zeros(len(asked), np.int64)).contents()))
    if shared:
        raise DataError(f"{shared} of {len(asked)} points are among the attacker's records; ask about others")
    return asked


def _held_out(answers: NDArray[np.float64], which: NDArray[np.int64], half: NDArray[np.int64]) -> Mask:
    """Whether each model is told rightly by a classifier fitted on the models of the other half of the records."""
    said = np.zeros(len(which))
    for h in (0, 1):
        said[half == h] = Distinguisher.fitted(answers[half != h], which[half != h])(answers[half == h])
    return np.asarray((said > 0.5) == (which == 1))
