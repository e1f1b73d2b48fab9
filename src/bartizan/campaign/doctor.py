"""What to know of a target before money is spent on attacking it: a list of checks, each with a sentence.

A hang is the caller's to catch: run this under a deadline.
"""

from __future__ import annotations

from bartizan.core.data import Data
from bartizan.core.errors import BartizanError
from bartizan.core.target import Target

from .looks_at_data import LABELS, RANGE
from .looks_at_model import ANSWERS, STEADINESS
from .patient import Bounds, Check, Look, Patient, spread

_LOOKS: tuple[Look, ...] = (*STEADINESS, *RANGE, *ANSWERS, *LABELS)
_SAMPLE = 256  # examples asked about for most checks


def examine(
    target: Target,
    data: Data,
    *,
    bounds: Bounds,
    eps: float | None = None,
    norm: str = "linf",
    stated_accuracy: float | None = None,
    train: Data | None = None,
) -> list[Check]:
    """All checks, in the order of their weight. `eps` is the largest size of `norm` that attacks will be given.

    A model that raises or returns NaN fails the check in which it did.
    """
    x = data.take(spread(len(data), _SAMPLE)).x
    try:
        scores = target.scores(x)
    except BartizanError as cause:
        return [Check("answers", "fail", str(cause))]
    patient = Patient(target, data, x, scores, bounds, eps, norm, stated_accuracy, train)
    return [_answers(patient), *(check for look in _LOOKS for check in _seen(look, patient))]


def _seen(look: Look, patient: Patient) -> list[Check]:
    try:
        return list(look(patient))
    except BartizanError as cause:
        return [Check(look.__name__.strip("_"), "fail", str(cause))]


def _answers(p: Patient) -> Check:
    return Check(
        "answers", "ok", f"{len(p.x)} inputs of shape {list(p.x.shape[1:])} give {p.scores.shape[1]} scores each"
    )
