"""The smallest change that turns each example, in one call and without being told a radius."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag
from bartizan.core.data import Array, Labels
from bartizan.core.errors import UsageError
from bartizan.numerics.projections import Bounds, Norm, size_of
from bartizan.numerics.seeds import child

from .confirm import confirmed
from .health import FEW, Checked, examined, raised
from .inputs import checked_data, checked_norm, device_of
from .shrink import FEWEST_STEPS, Shrunk, shrink
from .smallest_changes import MinimumNorm, quantile
from .verdict import reliability

LONGER = 4
"""The check for convergence gives a few examples so many times the steps,"""
MUCH_LESS = 0.8
"""and doubts the sizes when the median of those falls below this share of what it was."""


def minimum_norm(
    model: Any,
    x: Any,
    y: Any,
    *,
    norm: Norm = "l2",
    steps: int = 100,
    bounds: Bounds = (0.0, 1.0),
    seed: int = 0,
    checks: bool = True,
    device: str | None = None,
    batch: int = 256,
) -> MinimumNorm:
    """Find small changes of examples `x` (N×…, NumPy or torch) of classes `y` (N) after which `model` errs.

    model: anything that answers a batch of inputs with logits N×K (or N×1 for two classes), in evaluation mode;
    probabilities are recognised. norm: `linf`, `l2`, `l1`, or `l0`, which counts changed values.
    steps: the most passes forward (and back) on any example, from 10; the clean one and the referee's are among them.
    bounds: lowest and highest value of an input. checks: examine the model before, and doubt the result after on 64
    examples with four times the steps (of which `forwards` and `backwards` do not speak).

    The same seed gives the same result on the same machine. No more than `batch` examples are in the model at once.
    Raises `UsageError` and its kin in one sentence on what cannot be attacked.
    """
    inputs, labels = checked_data(x, y, bounds)
    kind = checked_norm(norm)
    if steps != int(steps) or steps < FEWEST_STEPS:
        raise UsageError(f"steps is {steps}; a search for the smallest change takes a whole number from {FEWEST_STEPS}")
    where = device_of(model, device)
    ready = examined(model, inputs, labels, where) if checks else Checked.plain(model)
    at: dict[str, Any] = {"norm": kind, "bounds": bounds, "device": where, "batch": batch}
    try:
        found = shrink(ready.logits, inputs, labels, steps=int(steps), seed=seed, **at)
        result = _result(ready, inputs, labels, found, int(steps), at)
        return _doubted(ready, result, inputs, found, seed, at) if checks else result
    finally:
        ready.close()


def _result(
    ready: Checked, x: Array, y: Labels, found: Shrunk, steps: int, at: dict[str, Any], flags: tuple[Flag, ...] = ()
) -> MinimumNorm:
    """Everything as the referee finds it, and not as the search says."""
    clean = found.clean_classes == y
    claimed = found.found & clean
    seen = confirmed(ready.logits, x, y, found.changed, claimed, eps=np.inf, **at)
    adversarial = np.where(seen.fell.reshape(-1, *[1] * (x.ndim - 1)), found.changed, x)
    sizes = np.where(seen.fell, size_of(adversarial.astype(np.float64) - x, at["norm"]), np.inf)
    sizes[~clean] = 0.0
    flags = (*ready.flags, *flags)
    return MinimumNorm(
        norm=at["norm"], n=len(x), steps=steps, sizes=sizes, adversarial=adversarial, found=np.isfinite(sizes), y=y,
        before=found.clean_classes, after=np.where(seen.fell, seen.classes, found.clean_classes),
        median=quantile(sizes, 0.5), quartiles=(quantile(sizes, 0.25), quantile(sizes, 0.75)),
        success=float(np.isfinite(sizes).mean()), forwards=found.forwards + claimed * ready.logits.draws,
        backwards=found.backwards, invalid=int(seen.invalid.sum()), flags=flags, reliability=reliability(flags),
    )  # fmt: skip


def _doubted(
    ready: Checked, result: MinimumNorm, x: Array, found: Shrunk, seed: int, at: dict[str, Any]
) -> MinimumNorm:
    """The result with the doubts about it, and with what a longer search of a few examples found besides."""
    blind = int(((found.blind > 0) & (found.backwards > 0)).sum())
    flags = raised("zero_gradients", blind, len(x), "examples have a gradient that is zero or not finite")
    lost = int((~result.found).sum())
    flags += raised("unbounded_not_total", lost, len(x), "examples could not be changed at any size")
    few = _few(result)
    if len(few):
        more = shrink(
            ready.logits, x[few], result.y[few], steps=LONGER * result.steps, seed=child(seed, "longer"), **at
        )
        flags += _not_converged(result.sizes[few], size_of(more.changed.astype(np.float64) - x[few], at["norm"]))
        _improve(found, more, x, few, result.sizes[few], at["norm"])
    return _result(ready, x, result.y, found, result.steps, at, tuple(flags))


def _few(result: MinimumNorm) -> NDArray[np.int64]:
    """Some of those that were searched and found, evenly spread."""
    rows = np.flatnonzero(result.found & (result.sizes > 0)).astype(np.int64)
    return rows[np.linspace(0, max(len(rows) - 1, 0), min(FEW, len(rows))).astype(np.int64)]


def _not_converged(short: NDArray[np.float64], long: NDArray[np.float64]) -> list[Flag]:
    before, after = float(np.median(short)), float(np.median(np.minimum(short, np.where(long > 0, long, np.inf))))
    if after >= MUCH_LESS * before:
        return []
    text = f"the median size of {len(short)} examples fell from {before:.4g} to {after:.4g} in {LONGER} times the steps"
    return [Flag(id="not_converged", detail=text)]


def _improve(
    found: Shrunk, more: Shrunk, x: Array, few: NDArray[np.int64], sizes: NDArray[np.float64], norm: Norm
) -> None:
    """What the longer search found closer is kept."""
    size = size_of(more.changed.astype(np.float64) - x[few], norm)
    better = more.found & (size < sizes)
    found.changed[few[better]], found.found[few[better]] = more.changed[better], True
