"""`hyperparameters`: how a model was made, guessed from its answers by a classifier over shadow models.

Oh, Augustin, Schiele and Fritz, Towards reverse-engineering black-box neural networks, ICLR 2018, arXiv:1711.01768.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import DataError, ModelError, UsageError
from bartizan.numerics.rate import Rate
from bartizan.numerics.seeds import child

from ..copying.inputs import checked_inputs, checked_labels
from ..copying.oracle import readable
from .answers import Precise
from .discriminant import Discriminant
from .questions import Questions
from .served import Served
from .settings import ATTRIBUTES, Setting, usual
from .shadows import Shadows
from .signature import signature

FEWEST_SHADOWS = 3
MISSED = 0.1
"""Share of targets like the shadows whose true value may be missing among the possible ones."""


@dataclass(frozen=True)
class Guess:
    """One attribute. value: the only possible one, or None (undecided) where several or none are possible, or where
    held-out shadows are told no better than by chance. table: how likely each value is. accuracy: of the likeliest over
    held-out shadows, with its exact interval; chance: of the commonest value among them. possible: the values that
    cannot be ruled out; the truth of nine in ten held-out shadows is among theirs (conformal prediction, Vovk,
    Gammerman and Shafer, 2005)."""

    value: Any
    table: dict[Any, float]
    accuracy: Rate
    chance: float
    possible: tuple[Any, ...] = ()


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
    shadows: int = 12,
    epochs: int = 20,
    seed: int = 0,
    device: str = "cpu",
) -> Hyperparameters:
    """Guess family, depth, width and weight decay of the model behind `predict` (N×… to logits or probabilities N×K).

    x, y: records of the task that the adversary owns (N×…, at least 200) and their classes. settings: those that come
    into question (`usual`). shadows: models of each, trained for about `epochs` on some of the records, each with
    habits of its own. Some 2,300 questions are asked, a part of them far outside of the records' range. For several
    targets, `shadow_models` once and `guessed` for each do the same. Raises `UsageError` and its kin in one sentence.
    """
    inputs, labels = _records(x, y, shadows)
    answers = _answers(predict, Questions.of(inputs, child(seed, "questions")))
    known = shadow_models(inputs, labels, settings=settings, shadows=shadows, epochs=epochs, seed=seed, device=device)
    return _told(answers, known)


def shadow_models(
    x: Any,
    y: Any,
    *,
    settings: Sequence[Setting] | None = None,
    shadows: int = 12,
    epochs: int = 20,
    seed: int = 0,
    device: str = "cpu",
) -> Shadows:
    """The models that targets are held against; see `hyperparameters`."""
    inputs, labels = _records(x, y, shadows)
    tried = tuple(settings) if settings is not None else usual(inputs.shape[1:])
    return Shadows.trained(tried, inputs, labels, each=shadows, epochs=epochs, seed=seed, device=device)


def guessed(predict: Callable[[Array], Any], known: Shadows) -> Hyperparameters:
    """Guesses about one target, by shadow models trained before."""
    return _told(_answers(predict, known.questions), known)


def _records(x: Any, y: Any, shadows: int) -> tuple[Array, Labels]:
    inputs = checked_inputs(x, "x")
    labels = checked_labels(y, len(inputs), "y")
    if labels is None or len(inputs) < 200:
        raise DataError(f"{len(inputs)} records are too few to train shadow models; give at least 200 with classes")
    if shadows < FEWEST_SHADOWS:
        raise UsageError(f"shadows={shadows} leaves none to test the guess with; train at least {FEWEST_SHADOWS}")
    return inputs, labels


def _answers(predict: Callable[[Array], Any], questions: Questions) -> NDArray[Any]:
    answers = readable(predict(questions.asked), len(questions.asked))
    if answers.ndim == 1:
        raise ModelError("the target returns classes alone; settings are guessed from logits or scores")
    return answers


def _told(answers: NDArray[Any], known: Shadows) -> Hyperparameters:
    if answers.shape[1] != known.logits.shape[2]:
        raise DataError(f"the target has {answers.shape[1]} classes and y goes up to {known.logits.shape[2] - 1}")
    served = Served.of(answers)
    features = _known_features(served, known)
    judged = _Judged.of(features, _features(served, answers, known), known)
    guesses = {a: _guess([getattr(s, a) for s in known.settings], judged) for a in ATTRIBUTES if _differs(a, known)}
    return Hyperparameters(guesses, judged.alike, len(features), len(answers))


@lru_cache(maxsize=4)
def _known_features(served: Served, known: Shadows) -> Precise:
    return np.stack([_features(served, served.like(z), known) for z in known.logits])


def _features(served: Served, answers: NDArray[Any], known: Shadows) -> Precise:
    return signature(*served.read(answers), known.questions, known.labels)


@dataclass(frozen=True)
class _Judged:
    """held_out: probabilities of settings for each shadow by those of other habits, N×S; target: of the target. alike:
    see `Hyperparameters`. which: the setting of each shadow, N."""

    which: NDArray[np.int64]
    held_out: Precise
    target: Precise
    alike: float

    @classmethod
    def of(cls, features: Precise, target: Precise, known: Shadows) -> _Judged:
        """Every shadow is judged once, by a discriminant made without those of its fold."""
        which = known.which
        held_out, far, away = np.zeros((len(features), len(known.settings))), np.zeros(len(features)), []
        for fold in np.unique(known.fold):
            out = known.fold == fold
            rule = Discriminant.of(features[~out], which[~out])
            held_out[out], far[out] = rule.probabilities(features[out]), rule.distance(features[out])
            away.append(rule.distance(target[None])[0])
        mine = Discriminant.of(features, which).probabilities(target[None])[0]
        return cls(which, held_out, mine, float((far >= np.mean(away)).mean()))


def _differs(attribute: str, known: Shadows) -> bool:
    return len({getattr(s, attribute) for s in known.settings}) > 1


def _guess(values: list[Any], judged: _Judged) -> Guess:
    """`values`: of the attribute, one for each setting."""
    names = sorted(set(values))
    of = np.array([names.index(v) for v in values])
    belongs = (of[:, None] == np.arange(len(names))).astype(np.float64)
    y, held_out, p = of[judged.which], judged.held_out @ belongs, judged.target @ belongs
    accuracy, chance = Rate.of(held_out.argmax(axis=1) == y), float(np.bincount(y).max() / len(y))
    least = _least(held_out[np.arange(len(y)), y])
    possible = tuple(n for n, v in zip(names, p, strict=True) if v >= least)
    told = accuracy.low > chance and len(possible) == 1
    return Guess(possible[0] if told else None, dict(zip(names, p.tolist(), strict=True)), accuracy, chance, possible)


def _least(of_truth: Precise) -> float:
    """The probability that all but `MISSED` of held-out shadows gave to their truth."""
    rank = int(np.floor(MISSED * (len(of_truth) + 1)))
    return float(np.sort(of_truth)[rank - 1]) if rank else 0.0
