"""Records rebuilt from one gradient, in one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import DataError, ModelError, UsageError
from bartizan.numerics.seeds import child
from bartizan.numerics.updates import movement

from .affine import before_preprocessing
from .analytic import likeliest, quotients, single
from .matching import Movement, distance, match, pairing

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class GradientInversion:
    """records: N×…, in no particular order, with the classes `labels` (N) they were taken to have. method: `analytic`,
    `matching`, or `analytic, then matching`. distance: 1 − cosine between what they would have sent and what was seen,
    0 for a perfect match: all that the attacker can tell of its success."""

    records: Array
    labels: Labels
    method: str
    distance: float


def invert_gradient(
    model: Any,
    gradient: Any,
    *,
    shape: tuple[int, ...],
    records: int = 1,
    labels: Any = None,
    bounds: tuple[float, float] = (0.0, 1.0),
    local_steps: int = 1,
    learning_rate: float = 1.0,
    iterations: int = 300,
    restarts: int = 1,
    smoothness: float = 1e-3,
    seed: int = 0,
) -> GradientInversion:
    """Rebuild the records behind one party's contribution to a federated training.

    model: the shared `nn.Module` of logits, as it was before the contribution. gradient: of the mean cross-entropy over
    the party's `records`, by parameter name or in the order of `model.parameters()`; after several `local_steps` of
    gradient descent over all of them, (weights before − weights after) / `learning_rate`.
    shape: of one record. labels: their classes where the attacker knows them, else they are told from the gradient of
    the last bias. iterations, restarts: of the descent, from 0 (then only what can be read off); smoothness: weight of
    the total variation of images.

    A fully connected first layer gives single records away exactly, and of several those that some neuron fires for
    alone; the descent goes on from there. Raises `UsageError` and its kin in one sentence on what cannot be inverted.
    """
    net = _network(model)
    seen = _seen(net, gradient)
    _checked(records, local_steps, iterations, learning_rate, bounds)
    y = _labels(labels, records, net, seen)
    case = _Case(net, seen, y, bounds, iterations, smoothness, {"steps": local_steps, "learning_rate": learning_rate})
    read = _read_off(net, seen, records, shape, bounds)
    if read is not None:
        return case.from_what_was_read(_filled(read, records, bounds, seed), whole=len(read) == records)
    if not iterations or not restarts:
        raise ModelError("nothing can be read off: the first layer is not fully connected, so give iterations above 0")
    starts = [_noise((records, *shape), bounds, child(seed, "start", r)) for r in range(restarts)]
    return min((case.matched(start, "matching") for start in starts), key=lambda t: t.distance)


@dataclass(frozen=True)
class _Case:
    """A contribution under attack. at: how it came about, for `movement`."""

    net: torch.nn.Module
    seen: Movement
    y: Labels
    bounds: tuple[float, float]
    iterations: int
    smoothness: float
    at: dict[str, Any]

    def from_what_was_read(self, x: Array, *, whole: bool) -> GradientInversion:
        """Records read off, each given the class it fits, and what a descent from them finds, if that fits better."""
        x = x[pairing(self.net, self.seen, x, self.y)]
        read = self.as_it_is(x)
        if not self.iterations or (whole and len(x) == 1):
            return read
        return min(read, self.matched(x, "analytic, then matching"), key=lambda t: t.distance)

    def as_it_is(self, x: Array) -> GradientInversion:
        import torch

        moved = movement(self.net, torch.from_numpy(x), torch.from_numpy(self.y), graph=False, **self.at)
        return GradientInversion(x, self.y, "analytic", float(distance(moved, self.seen).detach()))

    def matched(self, start: Array, method: str) -> GradientInversion:
        import torch

        x, off = match(
            self.net, self.seen, start, torch.from_numpy(self.y), bounds=self.bounds, iterations=self.iterations,
            smoothness=self.smoothness, **self.at,
        )  # fmt: skip
        return GradientInversion(x, self.y, method, off)


def _network(model: Any) -> torch.nn.Module:
    import torch

    if not isinstance(model, torch.nn.Module) or next(model.parameters(), None) is None:
        raise ModelError(f"model must be an nn.Module with weights, not {type(model).__name__}")
    return model


def _seen(net: torch.nn.Module, gradient: Any) -> Movement:
    """One tensor for each parameter, finite and not all zero. Raises `DataError`."""
    import torch

    named = dict(net.named_parameters())
    if isinstance(gradient, Mapping):
        missing = sorted(set(named) - set(gradient))
        if missing:
            raise DataError(f"the gradient has nothing for the parameter '{missing[0]}'")
        gradient = [gradient[n] for n in named]
    seen = [torch.as_tensor(np.asarray(g), dtype=torch.float32) for g in gradient]
    if [tuple(g.shape) for g in seen] != [tuple(p.shape) for p in named.values()]:
        raise DataError("the gradient does not fit the model: give one array of its shape for each parameter, in order")
    if not all(bool(torch.isfinite(g).all()) for g in seen):
        raise DataError("the gradient holds NaN or infinity; a training that diverged gives nothing away")
    if not any(bool((g != 0).any()) for g in seen):
        raise DataError("the gradient is zero everywhere: nothing was learnt in that step, and nothing can be read off")
    return seen


def _checked(records: int, steps: int, iterations: int, rate: float, bounds: tuple[float, float]) -> None:
    for name, value, least in (("records", records, 1), ("local_steps", steps, 1), ("iterations", iterations, 0)):
        if value != int(value) or value < least:
            raise UsageError(f"{name} is {value}; give a whole number from {least}")
    if not rate > 0 or not np.isfinite(rate):
        raise UsageError(f"learning_rate is {rate}; give that of the local steps, above 0")
    if not bounds[0] < bounds[1]:
        raise UsageError(f"bounds are {bounds}; give the lowest and the highest value of an input")


def _labels(labels: Any, records: int, net: torch.nn.Module, seen: Movement) -> Labels:
    if labels is not None:
        y = np.asarray(labels, np.int64)
        if y.shape != (records,):
            raise DataError(f"{y.shape} labels for {records} records; give one class for each, or none")
        return y
    last = [g for (n, _), g in zip(net.named_parameters(), seen, strict=True) if g.ndim == 1]
    if not last:
        raise DataError("the classes cannot be told from a gradient without a bias in the last layer; give labels")
    return told_classes(last[-1].numpy().astype(np.float64), records)


def told_classes(bias: NDArray[np.float64], records: int) -> Labels:
    """Classes of the records from the gradient of the last bias, the mean of p − onehot: most negative first, each
    record taking 1 / `records` off its class. Zhao et al., iDLG, 2020, for one record."""
    left, told = bias.copy(), []
    for _ in range(records):
        told.append(int(left.argmin()))
        left[told[-1]] += 1 / records
    return np.array(sorted(told), np.int64)


def _read_off(
    net: torch.nn.Module, seen: Movement, records: int, shape: tuple[int, ...], bounds: tuple[float, float]
) -> Array | None:
    """Records the first layer gives away, if it is fully connected to the whole input and has a bias."""
    import torch

    layers = [m for m in net.modules() if next(m.parameters(recurse=False), None) is not None]
    first = layers[0]
    whole = isinstance(first, torch.nn.Linear) and first.in_features == int(np.prod(shape))
    if not whole or first.bias is None:
        return None
    weight, bias = (g.numpy().astype(np.float64) for g in seen[:2])
    found = single(weight, bias) if records == 1 else quotients(weight, bias)
    found = before_preprocessing(net, first, found, shape, bounds)
    return likeliest(found, records, bounds).astype(np.float32).reshape(-1, *shape)


def _filled(read: Array, records: int, bounds: tuple[float, float], seed: int) -> Array:
    """What was read, and noise for records of which nothing was."""
    rest = _noise((records - len(read), *read.shape[1:]), bounds, child(seed, "rest"))
    return np.concatenate([read, rest])


def _noise(shape: tuple[int, ...], bounds: tuple[float, float], seed: int) -> Array:
    return np.random.default_rng(seed).uniform(*bounds, size=shape).astype(np.float32)
