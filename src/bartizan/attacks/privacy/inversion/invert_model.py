"""The input a model takes for the very essence of a class.

Fredrikson, Jha and Ristenpart, Model Inversion Attacks that Exploit Confidence Information, CCS 2015.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import DataError, ModelError, UsageError
from bartizan.numerics.seeds import child

from ..gradient.matching import total_variation


@dataclass(frozen=True)
class ModelInversion:
    """records: one for each of the `classes` asked for (N×…), with the probability the model gives it (N)."""

    records: Array
    classes: Labels
    probability: NDArray[np.float64]


def invert_model(
    model: Any,
    classes: Any,
    *,
    shape: tuple[int, ...],
    bounds: tuple[float, float] = (0.0, 1.0),
    start: Any = None,
    iterations: int = 300,
    smoothness: float = 0.05,
    pull: float = 0.01,
    seed: int = 0,
) -> ModelInversion:
    """Draw a record of each of `classes` (N; a class may be named several times) by climbing its logit.

    model: `nn.Module`, or whatever answers tensors with differentiable logits. shape: of one record. start: a record
    to start from, or N of them (the mean of data the attacker owns, say); noise unless given. smoothness: weight of the
    total variation of images; pull: of the squared distance from the start.
    Raises `UsageError` and its kin in one sentence on what cannot be inverted.
    """
    import torch

    y = np.atleast_1d(np.asarray(classes))
    if y.ndim != 1 or not len(y) or not np.issubdtype(y.dtype, np.integer) or y.min() < 0:
        raise DataError("classes must be whole numbers from 0, at least one")
    if iterations != int(iterations) or iterations < 1 or not bounds[0] < bounds[1]:
        raise UsageError(f"iterations {iterations} must be a whole number from 1, and bounds {bounds} low and high")
    if not callable(model):
        raise ModelError(f"{type(model).__name__} cannot be asked; give a network of logits")
    origin = torch.from_numpy(_start(start, len(y), shape, bounds, seed))
    x, target = origin.clone().requires_grad_(True), torch.from_numpy(y.astype(np.int64))
    optimiser = torch.optim.Adam([x], lr=0.05 * (bounds[1] - bounds[0]))
    for _ in range(iterations):
        optimiser.zero_grad()
        z = _logits(model, x, int(y.max()))
        far = ((x - origin) ** 2).flatten(1).sum(1).mean()
        loss = torch.nn.functional.cross_entropy(z, target) + smoothness * total_variation(x) + pull * far
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        with torch.no_grad():
            x.clamp_(*bounds)
    sure = _logits(model, x, int(y.max())).detach().softmax(1).gather(1, target[:, None])[:, 0]
    return ModelInversion(x.detach().numpy().copy(), y.astype(np.int64), sure.double().numpy())


def _logits(model: Any, x: Any, highest: int) -> Any:
    z = model(x)
    if getattr(z, "ndim", 0) != 2 or len(z) != len(x) or z.shape[1] <= highest:
        raise ModelError(f"the model answered {len(x)} inputs with {tuple(getattr(z, 'shape', ()))}, not N×K logits")
    if not z.requires_grad:
        raise ModelError("the model's answers have no gradient, so that nothing can be climbed")
    return z


def _start(start: Any, n: int, shape: tuple[int, ...], bounds: tuple[float, float], seed: int) -> Array:
    if start is None:
        rng = np.random.default_rng(child(seed, "start"))
        return rng.uniform(*bounds, size=(n, *shape)).astype(np.float32)
    a = np.asarray(start, np.float32)
    if a.shape not in (tuple(shape), (n, *shape)) or not np.isfinite(a).all():
        raise DataError(f"start has shape {a.shape}; give one finite record of shape {tuple(shape)}, or {n} of them")
    return np.ascontiguousarray(np.broadcast_to(a, (n, *shape)))
