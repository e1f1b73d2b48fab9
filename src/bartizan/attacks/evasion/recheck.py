"""The referee's own look at what an evasion attack handed over: validity, size, and the model's answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.access import Access
from bartizan.core.artifact import Artifact
from bartizan.core.data import Array, Data, Labels
from bartizan.core.target import Target
from bartizan.core.vocabulary import Capability
from bartizan.numerics.constraints import broken_rules
from bartizan.numerics.projections import Norm, size_of

BATCH = 256
ROUNDING = 1e-6
"""How far past ε a size may lie, as a share of ε."""

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Rechecked:
    """For each of N probe examples, in the referee's own words.

    wrong: misclassified as it is; main: the input handed over as a success within ε is one;
    size: of the smallest valid success of all, 0 where `wrong`, inf where there is none;
    nearest: that success (the example itself where there is none); within: the one handed over as within ε, if it is;
    before, after: the model's classes (after: on `nearest`);
    invalid: something handed over broke the box, the ball or a feature's rule; tries: see `tries_of`.
    """

    wrong: Mask
    main: Mask
    reached: Mask
    size: Floats
    nearest: Array
    within: Array
    before: Labels
    after: Labels
    invalid: Mask
    tries: NDArray[np.int64]


def recheck(subject: Target, probe: Data, artifact: Artifact, norm: Norm, eps: float) -> Rechecked:
    """Recompute everything from the arrays `changed` and `smallest` of `artifact`; its claims are not believed."""
    before = labels_of(subject, probe.x)
    wrong = before != probe.y
    changed, lost = _array(artifact, "changed", probe.x)
    smallest, lost_too = _array(artifact, "smallest", probe.x)
    in_ball = size(changed, probe.x, norm) <= eps * (1 + ROUNDING)
    fine, fine_too = valid(subject, probe, changed) & in_ball, valid(subject, probe, smallest)
    after_changed, after_smallest = labels_of(subject, changed, fine), labels_of(subject, smallest, fine_too)
    main = wrong | (fine & (after_changed != probe.y))
    hit = fine_too & (after_smallest != probe.y)
    sizes = np.where(hit, size(smallest, probe.x, norm), np.inf)
    own = np.where(fine & (after_changed != probe.y), size(changed, probe.x, norm), np.inf)
    use_own = own < sizes
    sizes = np.where(wrong, 0.0, np.minimum(sizes, own))
    reached = main | (sizes <= eps * (1 + ROUNDING))
    known = np.isfinite(sizes) & ~wrong
    nearest = np.where(_wide(use_own, probe.x), changed, smallest)
    return Rechecked(
        wrong=wrong,
        main=main,
        reached=reached,
        size=sizes,
        nearest=np.where(_wide(known, probe.x), nearest, probe.x),
        within=np.where(_wide(main, probe.x), changed, smallest),
        before=before,
        after=np.where(known, np.where(use_own, after_changed, after_smallest), before),
        invalid=~fine | ~fine_too | lost | lost_too,
        tries=tries_of(artifact, main),
    )


def labels_of(subject: Target, x: Array, where: Mask | None = None) -> Labels:
    """The deployed model's classes, asked in passes of at most 256; −1 for rows outside `where`."""
    rows = np.arange(len(x)) if where is None else np.flatnonzero(where)
    out = np.full(len(x), -1, np.int64)
    for i in range(0, len(rows), BATCH):
        part = rows[i : i + BATCH]
        out[part] = subject.labels(np.ascontiguousarray(x[part]))
    return out


def valid(subject: Target, probe: Data, x: Array) -> Mask:
    """Which rows are finite, inside the box, and keep the rules of the features. Untouched rows always are."""
    flat, original = _flat(x), _flat(probe.x)
    ok: Mask = np.asarray(np.isfinite(flat).all(axis=1))
    if subject.info.bounds is not None:
        low, high = (np.float32(b) for b in subject.info.bounds)
        ok &= ((flat >= low) & (flat <= high)).all(axis=1)
    if probe.features and x.ndim == 2:
        ok &= ~broken_rules(x, probe.x, probe.features)
    return np.asarray(ok | (flat == original).all(axis=1))


def size(x: Array, x0: Array, norm: Norm) -> Floats:
    """Distance of each row in `norm`; in `l0`, the number of values that differ."""
    return size_of(x.astype(np.float64) - x0, norm)


def _array(artifact: Artifact, name: str, x0: Array) -> tuple[Array, bool]:
    """A float32 array of the artifact in the shape of the probe; the probe itself (and True) when it is not one."""
    a = artifact.arrays.get(name)
    if a is None or a.shape != x0.shape or a.dtype != np.float32:
        return x0, True
    return np.asarray(a, np.float32), False


def unit_of(access: Access) -> str:
    """What a try is: a query where the model answers queries, a pass where the adversary holds it, else an attempt."""
    if asks(access):
        return "queries"
    return "passes" if access.allows(Capability.WEIGHTS) else "attempts"


def asks(access: Access) -> bool:
    """Whether an adversary with this access asks the model at all, so that a meter sees it."""
    return any(access.allows(c) for c in (Capability.LABELS, Capability.SCORES, Capability.LOGITS))


def tries_of(artifact: Artifact, main: Mask) -> NDArray[np.int64]:
    """Tries until the success within ε (`main`); all that was spent where there is none. At least 1.

    A claim counts for a success, and only up to what the meter saw. Passes through weights of one's own nobody meters.
    """
    seen, n = artifact.watched, len(main)
    claimed = np.asarray(artifact.arrays.get("tries", np.ones(n, np.int64)))
    if claimed.shape != (n,) or claimed.dtype.kind not in "iu":
        claimed = np.full(n, np.iinfo(np.int64).max)
    spent = np.asarray(claimed, np.int64)
    if asks(seen.access):
        spent = np.zeros(n, np.int64) if seen.metered is None else seen.metered + seen.shared
    elif not seen.access.allows(Capability.WEIGHTS):
        spent = np.ones(n, np.int64)
    return np.asarray(np.maximum(np.where(main, np.minimum(claimed, spent), spent), 1), np.int64)


def _flat(x: Array) -> Array:
    return x.reshape(len(x), int(np.prod(x.shape[1:])))


def _wide(mask: Mask, like: Array) -> Mask:
    return mask.reshape(-1, *[1] * (like.ndim - 1))
