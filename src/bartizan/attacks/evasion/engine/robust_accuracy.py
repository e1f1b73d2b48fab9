"""Robust accuracy: how many examples no search within a ball could turn, in one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag
from bartizan.core.data import Array, Labels
from bartizan.core.errors import UsageError
from bartizan.numerics.projections import Bounds, Norm

from .confirm import confirmed
from .health import Checked, Doubted, doubts, examined
from .inputs import checked_ball, checked_data, device_of
from .plans import PLANS, Name
from .residual import predicted_residual
from .result import RobustAccuracy, share
from .search import Found
from .verdict import reliability
from .within import search_within

Certifier = Callable[[Array, Labels], NDArray[np.bool_]]


def robust_accuracy(
    model: Any,
    x: Any,
    y: Any,
    *,
    norm: Norm = "linf",
    eps: float,
    bounds: Bounds = (0.0, 1.0),
    plan: Name = "standard",
    seed: int = 0,
    certifier: Certifier | None = None,
    checks: bool = True,
    device: str | None = None,
    batch: int = 256,
    coarse_runs: int = 0,
    tolerance: float = 0.0,
) -> RobustAccuracy:
    """Attack `model` on examples `x` (N×…, NumPy or torch) of classes `y` (N) within `eps` in `norm`.

    model: anything that answers a batch of inputs with logits N×K (or N×1 for two classes), in evaluation mode;
    probabilities are recognised. bounds: lowest and highest value of an input. plan: `quick` (about 10 passes forward
    and back an example), `standard` (about 40), `deep` (several hundred); in l2, l1 and
    l0 (where `eps` counts changed values) up to 30, 100 and 400 more on what holds out. certifier: says of (x, y) which
    examples are proven robust at this `eps`; an example both proven and broken raises the flag `inverted_bracket`.
    checks: examine the model before and doubt the result after (a few hundred passes on 64 examples).
    coarse_runs: so many first runs in bfloat16, each success confirmed in float32.
    tolerance: stop the plan once the share predicted to fall still (`residual`) is below this; 0 runs it out. With a
    tolerance, how long an example is tried depends on how many others fall. For l1 and l0 it has no effect.

    The same seed gives the same result on the same machine. No more than `batch` examples are in the model at once.
    Raises `UsageError` and its kin in one sentence on what cannot be attacked.
    """
    inputs, labels = checked_data(x, y, bounds)
    ball, radius = checked_ball(norm, eps, bounds)
    if not 0 <= tolerance < 1:
        raise UsageError(f"tolerance={tolerance} must be a share of the examples, from 0 (run the plan out) to below 1")
    if plan not in PLANS:
        raise UsageError(f"there is no plan {plan!r}; known are {', '.join(PLANS)}")
    where = device_of(model, device)
    ready = examined(model, inputs, labels, where) if checks else Checked.plain(model)
    try:
        found = search_within(
            ready.logits, inputs, labels, norm=ball, eps=radius, bounds=bounds, plan=PLANS[plan], seed=seed,
            device=where, batch=batch, coarse_runs=coarse_runs, tolerance=tolerance,
        )  # fmt: skip
        doubted = None
        if checks:
            doubted = doubts(
                ready, inputs, labels, found, norm=ball, eps=radius, bounds=bounds, seed=seed, device=where, batch=batch
            )
        return _result(ready, inputs, labels, found, doubted, certifier, ball, radius, bounds, where, batch)
    finally:
        ready.close()


def _result(
    ready: Checked,
    x: Array,
    y: Labels,
    found: Found,
    doubted: Doubted | None,
    certifier: Certifier | None,
    norm: Norm,
    eps: float,
    bounds: Bounds,
    device: str,
    batch: int,
) -> RobustAccuracy:
    """Everything as the referee finds it, and not as the search says."""
    changed, claimed = found.changed.copy(), found.won.copy()
    if doubted is not None:
        changed[doubted.rows], claimed[doubted.rows] = doubted.x, True
    clean = found.clean_classes == y
    seen = confirmed(
        ready.logits, x, y, changed, claimed & clean, norm=norm, eps=eps, bounds=bounds, device=device, batch=batch
    )
    robust = clean & ~seen.fell
    flags = [*ready.flags, *(doubted.flags if doubted else [])]
    proven = np.asarray(certifier(x, y), np.bool_) if certifier is not None else None
    flags += _inverted(proven, robust)
    value, low, high, n = share(robust)
    return RobustAccuracy(
        value=value, low=low, high=high, n=n, norm=norm, eps=eps, robust=robust, clean=clean,
        adversarial=np.where(seen.fell.reshape(-1, *[1] * (x.ndim - 1)), changed, x), y=y,
        before=found.clean_classes, after=np.where(seen.fell, seen.classes, found.clean_classes),
        forwards=found.forwards + (claimed & clean) * ready.logits.draws, backwards=found.backwards,
        fell_after=found.fell_after, curve=found.curve, stages=found.stages, residual=_residual(found, n),
        invalid=int(seen.invalid.sum()), flags=tuple(flags), reliability=reliability(flags),
        certified=None if proven is None else float((proven & robust).mean()),
    )  # fmt: skip


def _inverted(proven: NDArray[np.bool_] | None, robust: NDArray[np.bool_]) -> list[Flag]:
    if proven is None or not (proven & ~robust).any():
        return []
    text = f"{int((proven & ~robust).sum())} examples are both proven robust and broken: one of the two is wrong"
    return [Flag(id="inverted_bracket", detail=text)]


def _residual(found: Found, n: int) -> float:
    later = found.stages[1:]
    return predicted_residual([s["fell"] for s in later], [s["passes"] for s in later], n)
