"""Judging bit flips: made again on a copy of the weights, beside as many random ones."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.data import Array, Labels, Roles
from bartizan.core.errors import ModelError
from bartizan.core.target import Target
from bartizan.numerics.bits import WIDTH, Representation, flipped
from bartizan.numerics.intervals import mean_interval
from bartizan.numerics.levels import STUDENT
from bartizan.numerics.paired import paired_difference
from bartizan.numerics.seeds import child

if TYPE_CHECKING:
    import torch

BATCH = 512
Flips = NDArray[np.int64]


def tensors_of(net: torch.nn.Module) -> list[torch.nn.Parameter]:
    """The weights that are kept as whole tensors: those of two dimensions and more. Raises `ModelError` where there is
    none."""
    found = [p for p in net.parameters() if p.ndim >= 2 and p.is_floating_point()]
    if not found:
        raise ModelError("the model has no weights of two dimensions or more, so there are no bits of it to flip")
    for p in found:
        p.requires_grad_(True)
    return found


def judge_flips(subject: Target, roles: Roles, artifact: Artifact, params: Any, seed: int) -> Measured:
    """At each {"bits"}, the most first: `accuracy_drop` (the harm) against the same representation unflipped, and
    `random_fault_drop`, that of as many random flips, the mean over `faults` patterns.

    The one unit of `reached` and `tries` is the model: bits until `goal_drop` of its accuracy is lost.
    """
    kind: Representation = params.representation
    flips = np.stack([np.asarray(artifact.arrays[n], np.int64) for n in ("tensor", "element", "bit")], axis=1)
    flips = flips[: params.bits]
    bench = Bench(subject, roles, kind)
    right = [bench.right(flips[:n]) for n in range(len(flips) + 1)]
    drops = np.array([right[0].mean() - r.mean() for r in right])
    rows: list[Measurement] = []
    for n in sorted({*np.unique(np.geomspace(1, max(len(flips), 1), 6).astype(int)).tolist()}, reverse=True):
        n = min(n, len(flips))
        rows.append(_paired(right[0], right[n], n))
        rows.append(_random(bench, right[0], n, params.faults, seed))
    over = np.flatnonzero(drops >= params.goal_drop - 1e-9)
    reached = np.array([bool(len(over))])
    tries = np.array([int(over[0]) if len(over) else max(len(flips), 1)], np.int64)
    arrays: dict[str, NDArray[np.generic]] = {"reached": reached, "tries": tries, "flip_drop": drops}
    return Measured(tuple(rows), arrays, bench.flags, tries_unit="bits")


class Bench:
    """A copy of the model whose bits may be flipped and put back."""

    def __init__(self, subject: Target, roles: Roles, kind: Representation) -> None:
        self.net, self.probe, self.kind = copy.deepcopy(subject.weights()), roles.probe, kind
        self.weights = tensors_of(self.net)
        self.original = [w.detach().cpu().numpy().copy() for w in self.weights]
        asked = subject.labels(self.probe.x)
        said = self._labels(self.probe.x)
        self.flags: tuple[Flag, ...] = ()
        if len(asked) and (differ := float((asked != said).mean())) > 0.01:
            text = f"{differ:.1%} of the model's answers are not those of its weights alone"
            self.flags = (Flag(id="claims_differ", detail=f"{text}: what is laid over them was left out of the trial"),)

    def right(self, flips: Flips) -> NDArray[np.bool_]:
        """Which probes are answered rightly with these bits (tensor, entry, bit) flipped. Raises `ValueError` on bits
        of no tensor."""
        import torch

        if len(flips) and (flips[:, 0].min() < 0 or flips[:, 0].max() >= len(self.weights)):
            raise ValueError(f"a bit outside the {len(self.weights)} tensors of the model was to be flipped")
        with torch.no_grad():
            for t, (w, o) in enumerate(zip(self.weights, self.original, strict=True)):
                mine = flips[flips[:, 0] == t]
                w.copy_(torch.from_numpy(flipped(o, self.kind, mine[:, 1], mine[:, 2])))
        return np.asarray(self._labels(self.probe.x) == self.probe.y, np.bool_)

    def at_random(self, n: int, seed: int) -> Flips:
        """`n` bits, each of all the model's with the same chance."""
        rng = np.random.default_rng(seed)
        sizes = np.array([o.size for o in self.original])
        place = rng.integers(sizes.sum(), size=n)
        ends = np.cumsum(sizes)
        tensor = np.searchsorted(ends, place, side="right")
        return np.stack([tensor, place - (ends - sizes)[tensor], rng.integers(WIDTH[self.kind], size=n)], axis=1)

    def _labels(self, x: Array) -> Labels:
        """Classes, −1 where the model no longer answers with numbers."""
        import torch

        parts = []
        with torch.no_grad():
            for i in range(0, len(x), BATCH):
                z = self.net(torch.from_numpy(np.ascontiguousarray(x[i : i + BATCH]))).numpy()
                parts.append(np.where(np.isfinite(z).all(axis=1), np.nan_to_num(z).argmax(axis=1), -1))
        return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, np.int64)


def _paired(before: NDArray[np.bool_], after: NDArray[np.bool_], n: int) -> Measurement:
    value, low, high = paired_difference(before, after)
    method = "Newcombe's paired interval, 95 %"
    return _row("accuracy_drop", "probe example", len(before), method, (value, low, high), n)


def _random(bench: Bench, before: NDArray[np.bool_], n: int, faults: int, seed: int) -> Measurement:
    """The mean over patterns of random flips, with Student's interval over patterns."""
    lost = np.array(
        [before.mean() - bench.right(bench.at_random(n, child(seed, "fault", i, n))).mean() for i in range(faults)]
    )
    low, high = mean_interval(lost, resolution=1 / max(len(before), 1))
    method = f"{STUDENT} over patterns of random flips, 95 %"
    return _row("random_fault_drop", "pattern of faults", faults, method, (float(lost.mean()), low, high), n)


def _row(estimand: str, unit: str, n: int, method: str, found: tuple[float, float, float], bits: int) -> Measurement:
    value, low, high = found
    return Measurement(
        estimand=estimand, unit=unit, n=n, method=method, value=value, low=low, high=high, at={"bits": bits}
    )
