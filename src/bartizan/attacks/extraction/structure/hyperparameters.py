"""`hyperparameters`: how a model was made, guessed from its answers by a classifier over shadow models.

Oh, Augustin, Schiele and Fritz, Towards reverse-engineering black-box neural networks, ICLR 2018, arXiv:1711.01768.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.stacked import train_stacked
from bartizan.core.data import Array, Labels
from bartizan.core.errors import DataError, ModelError, UsageError
from bartizan.numerics.rate import Rate
from bartizan.numerics.seeds import child

from ..copying.inputs import checked_inputs, checked_labels
from ..copying.oracle import readable
from .answers import Precise
from .discriminant import Discriminant
from .settings import ATTRIBUTES, Habits, Setting, usual
from .signature import questions, signature

QUESTIONED = 60
"""Inputs the questions are made of."""
FEWEST_SHADOWS = 3


@dataclass(frozen=True)
class Guess:
    """One attribute. value: the likeliest, or None where held-out shadows of known value are told no better than by
    chance. table: how likely each value is. accuracy: over held-out shadows, with its exact interval; chance: of the
    commonest value among them."""

    value: Any
    table: dict[Any, float]
    accuracy: Rate
    chance: float


@dataclass(frozen=True)
class Hyperparameters:
    """guesses by attribute. alike: share of shadows that are as far from all settings as the target, or farther;
    where it is small, the target was made in a way that no setting stands for, and the guesses mean little. shadows:
    models trained."""

    guesses: dict[str, Guess]
    alike: float
    shadows: int
    queries: int


def hyperparameters(
    predict: Callable[[Array], Any],
    x: Any,
    y: Any,
    *,
    settings: Sequence[Setting] | None = None,
    shadows: int = 10,
    epochs: int = 20,
    seed: int = 0,
    device: str = "cpu",
) -> Hyperparameters:
    """Guess family, depth, width and weight decay of the model behind `predict` (N×… to logits or probabilities N×K).

    x, y: records of the task that the adversary owns (N×…, at least 200) and their classes. settings: those that come
    into question (`usual`). shadows: models of each, trained for about `epochs` on some of the records, each with
    habits of its own. `QUESTIONED` inputs are asked about at seven places each. Raises `UsageError` and its kin in
    one sentence.
    """
    inputs = checked_inputs(x, "x")
    labels = checked_labels(y, len(inputs), "y")
    if labels is None or len(inputs) < 200:
        raise DataError(f"{len(inputs)} records are too few to train shadow models; give at least 200 with classes")
    if shadows < FEWEST_SHADOWS:
        raise UsageError(f"shadows={shadows} leaves none to test the guess with; train at least {FEWEST_SHADOWS}")
    tried = tuple(settings) if settings is not None else usual(inputs.shape[1:])
    rows = np.random.default_rng(child(seed, "questions")).permutation(len(inputs))[:QUESTIONED]
    asked, of = questions(inputs[rows], child(seed, "noise")), labels[rows]
    answers = readable(predict(asked), len(asked))
    if answers.ndim == 1:
        raise ModelError("the target returns classes alone; settings are guessed from logits or scores")
    theirs = _log_probabilities(answers)
    known = [_shadows(s, inputs, labels, asked, shadows, epochs, child(seed, i), device) for i, s in enumerate(tried)]
    if theirs.shape[1] != known[0].shape[2]:
        raise DataError(f"the target has {theirs.shape[1]} classes and y goes up to {int(labels.max())}")
    features = np.stack([signature(_log_probabilities(z), of) for stack in known for z in stack])
    target = signature(theirs, of)
    judged = _Judged.of(features, target, shadows)
    guesses = {a: _guess([getattr(s, a) for s in tried], judged) for a in ATTRIBUTES if _in_question(a, tried)}
    return Hyperparameters(guesses, float((judged.far >= judged.away).mean()), len(features), len(asked))


@dataclass(frozen=True)
class _Judged:
    """held_out: probabilities of settings for each shadow by the others, N×S; far: how far it is from the nearest.
    target, away: the same of the target. which: the setting of each shadow, N."""

    which: NDArray[np.int64]
    held_out: Precise
    far: Precise
    target: Precise
    away: float

    @classmethod
    def of(cls, features: Precise, target: Precise, shadows: int) -> _Judged:
        """Every shadow is judged once, by a discriminant made without those of its number."""
        number = np.tile(np.arange(shadows), len(features) // shadows)
        which = np.repeat(np.arange(len(features) // shadows), shadows)
        held_out, far, away = np.zeros((len(features), which[-1] + 1)), np.zeros(len(features)), []
        for fold in range(shadows):
            out = number == fold
            rule = Discriminant.of(features[~out], which[~out])
            held_out[out], far[out] = rule.probabilities(features[out]), rule.distance(features[out])
            away.append(rule.distance(target[None])[0])
        mine = Discriminant.of(features, which).probabilities(target[None])[0]
        return cls(which, held_out, far, mine, float(np.mean(away)))


def _in_question(attribute: str, settings: Sequence[Setting]) -> bool:
    return len({getattr(s, attribute) for s in settings}) > 1


def _shadows(
    setting: Setting, x: Array, y: Labels, asked: Array, n: int, epochs: int, seed: int, device: str
) -> NDArray[np.float32]:
    """Logits n×questions×K of models that differ in their habits."""
    rng = np.random.default_rng(seed)
    parts = []
    for i in range(n):
        habits = Habits.drawn(epochs, rng)
        inside = rng.random((1, len(x))) < habits.share
        recipe = setting.recipe(x.shape[1:], int(y.max()) + 1, habits)
        made = train_stacked(recipe, x, y, inside=inside, seed=child(seed, i), points=asked, device=device)
        parts.append(made.logits)
    return np.concatenate(parts)


def _guess(values: list[Any], judged: _Judged) -> Guess:
    """`values`: of the attribute, one for each setting."""
    names = sorted(set(values))
    of = np.array([names.index(v) for v in values])
    belongs = (of[:, None] == np.arange(len(names))).astype(np.float64)
    y, p = of[judged.which], judged.target @ belongs
    accuracy, chance = Rate.of((judged.held_out @ belongs).argmax(axis=1) == y), float(np.bincount(y).max() / len(y))
    told = accuracy.low > chance
    return Guess(names[int(p.argmax())] if told else None, dict(zip(names, p.tolist(), strict=True)), accuracy, chance)


def _log_probabilities(answers: NDArray[Any]) -> Precise:
    """Of logits or probabilities N×K."""
    z = answers.astype(np.float64)
    if bool((z >= 0).all()) and bool((np.abs(z.sum(axis=1) - 1) < 1e-2).all()):
        z = np.log(np.maximum(z, 1e-12))
    z = z - z.max(axis=1, keepdims=True)
    return np.asarray(z - np.log(np.exp(z).sum(axis=1, keepdims=True)), np.float64)
