"""A copy of a model whose weights lie in memory as bits that may be flipped and put back."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag
from bartizan.core.data import Array, Data, Labels
from bartizan.core.errors import ModelError
from bartizan.core.target import Target
from bartizan.numerics.bits import WIDTH, Representation, flipped

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


class Memory:
    """The model's weights in memory, and the probes it is asked about. flags: where its answers are not those of its
    weights alone."""

    def __init__(self, subject: Target, probe: Data, kind: Representation) -> None:
        self.net, self.probe, self.kind = copy.deepcopy(subject.weights()), probe, kind
        self.weights = tensors_of(self.net)
        self.original = [w.detach().cpu().numpy().copy() for w in self.weights]
        self.touched = set(range(len(self.weights)))  # tensors that do not hold what they held unflipped
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
        hit = set(flips[:, 0].tolist())
        with torch.no_grad():
            for t in self.touched | hit:
                mine = flips[flips[:, 0] == t]
                self.weights[t].copy_(torch.from_numpy(flipped(self.original[t], self.kind, mine[:, 1], mine[:, 2])))
        self.touched = hit
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
        parts = [self._answered(x[i : i + BATCH]) for i in range(0, len(x), BATCH)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def _answered(self, x: Array) -> Labels:
        """Of one batch; a module that refuses a batch for some of its answers is asked about each half."""
        import torch

        try:
            with torch.no_grad():
                z = self.net(torch.from_numpy(np.ascontiguousarray(x))).numpy()
        except ModelError:
            if len(x) == 1:
                return np.full(1, -1, np.int64)
            half = len(x) // 2
            return np.concatenate([self._answered(x[:half]), self._answered(x[half:])])
        return np.where(np.isfinite(z).all(axis=1), np.nan_to_num(z).argmax(axis=1), -1).astype(np.int64)
