"""One cross-validated pass over training data, and the records that do not belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.errors import DataError, UsageError
from bartizan.numerics.label_errors import confident_joint, estimated_errors

from .alarms import Alarms, alarms, combined
from .checks import check, check_trusted
from .copies import Copies, copies
from .crossed import crossed
from .recipes import usual
from .signals import SIGNALS, Signal, out_of_fold, scores_of

if TYPE_CHECKING:
    from bartizan.attacks.stacked import Recipe


@dataclass(frozen=True)
class Suspects:
    """What one pass found. N records, C classes.

    scores: by signal, N; alarms: by signal, what is flagged at the alarm rate. ranked: rows, most suspect by any signal
    first. p: N×C out-of-fold probabilities; joint, errors: the confident joint and how many labels it holds for wrong.
    copies: equal and nearly equal records. notes: what limits the result, in sentences.
    """

    scores: dict[str, NDArray[np.float64]]
    alarms: dict[str, Alarms]
    ranked: NDArray[np.int64]
    p: NDArray[np.float64]
    joint: NDArray[np.int64]
    errors: int
    copies: Copies
    notes: tuple[str, ...] = ()
    signals: tuple[Signal, ...] = SIGNALS


def suspects(
    x: NDArray[Any],
    y: NDArray[Any],
    *,
    recipe: Recipe | None = None,
    trusted: tuple[NDArray[Any], NDArray[Any]] | None = None,
    ids: Sequence[str] | None = None,
    rate: float = 0.01,
    folds: int = 5,
    repeats: int = 1,
    seed: int,
    device: str = "cpu",
) -> Suspects:
    """Rank the records x (N×…), y (N) by how little they belong.

    recipe: how the model is trained, where that is known; a small usual network otherwise. trusted: records known to be
    clean, none of them in x; with them each signal has p-values. rate: alarms allowed a signal, as a share of clean
    records. ids: names of the records, which must differ. folds × repeats models are trained, together.

    It cannot see poison that agrees with its label and looks like its class (clean-label), nor what is rarer than its
    alarms; `signals` says of each what it sees. Raises `DataError` on data that no pass can be made over (one class,
    all records equal, ids twice, a class smaller than the folds, trusted records among those in question).
    """
    x, y = np.asarray(x), np.asarray(y)
    _check_settings(rate, folds, repeats)
    check(x, y, ids, folds)
    xs, ys = np.ascontiguousarray(x, np.float32), np.ascontiguousarray(y, np.int64)
    classes = int(ys.max()) + 1
    clean, clean_y = _trusted(xs, trusted, classes)
    found = copies(xs, ys)
    if not found.group.any():
        raise DataError(f"all {len(xs)} records are equal, so nothing tells one from another; give records that differ")
    way = recipe or usual(xs.shape[1:], classes, len(xs))
    made = crossed(way, xs, ys, found.group, clean, folds=folds, repeats=repeats, seed=seed, device=device)
    every = xs if clean is None else np.concatenate([xs, clean])
    both = scores_of(made, every, ys, clean_y, classes, seed)
    p = out_of_fold(made, len(xs))
    return Suspects(
        scores={name: s for name, (s, _) in both.items()},
        alarms={name: alarms(s, c, rate) for name, (s, c) in both.items()},
        ranked=np.argsort(-combined({name: s for name, (s, _) in both.items()}), kind="stable"),
        p=p,
        joint=confident_joint(p, ys),
        errors=estimated_errors(p, ys),
        copies=found,
        notes=tuple(_notes(len(xs), len(clean_y), rate, recipe is None, found)),
    )


def _check_settings(rate: float, folds: int, repeats: int) -> None:
    if not 0 < rate < 1:
        raise UsageError(f"an alarm rate must lie between 0 and 1, not {rate}")
    if folds < 2 or repeats < 1:
        raise UsageError(f"a pass needs at least 2 folds and 1 repeat, not {folds} and {repeats}")


def _trusted(
    x: NDArray[np.float32], trusted: tuple[NDArray[Any], NDArray[Any]] | None, classes: int
) -> tuple[NDArray[np.float32] | None, NDArray[np.int64]]:
    if trusted is None:
        return None, np.zeros(0, np.int64)
    clean = np.ascontiguousarray(trusted[0], np.float32), np.ascontiguousarray(trusted[1], np.int64)
    check_trusted(x, clean, classes)
    return clean


def _notes(n: int, trusted: int, rate: float, assumed: bool, found: Copies) -> list[str]:
    said = []
    if assumed:
        said.append("The recipe is not known, so a small usual network stands in; what it cannot learn looks suspect.")
    if not trusted:
        said.append(
            f"No trusted records: each signal shows the {rate:.0%} most suspect, as many as clean data would give; "
            "whether anything is wrong at all is not said."
        )
    elif rate * (trusted + 1) < 1:
        said.append(
            f"{trusted} trusted records are too few for alarms at {rate:g}: at least {round(1 / rate) - 1} are."
        )
    if found.near is None:
        said.append(f"Near-duplicates were not looked for among {n:,} records.")
    return said
