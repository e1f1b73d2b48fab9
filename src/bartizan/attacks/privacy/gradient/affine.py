"""Preprocessing that scales and shifts every number of an input by itself, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Rows = NDArray[np.float64]


def before_preprocessing(
    net: torch.nn.Module, first: torch.nn.Module, seen: Rows, shape: tuple[int, ...], bounds: tuple[float, float]
) -> Rows:
    """The inputs (M×D) of `net` at which its layer `first` sees `seen` (M×D).

    What lies between is taken to be affine in each number alone, as a division by a spread is; where three inputs show
    that it is not, or that it changes nothing, `seen` is returned as it is.
    """
    low, high = bounds
    ends = [_at_first(net, first, np.full((1, *shape), v, np.float32)) for v in (low, (low + high) / 2, high)]
    if any(e is None or e.size != seen.shape[1] for e in ends):
        return seen
    bottom, middle, top = (np.asarray(e, np.float64) for e in ends)
    straight = np.allclose(middle, (bottom + top) / 2, atol=1e-5 * max(1.0, float(np.abs(top).max())))
    same = np.allclose(bottom, low, atol=1e-6) and np.allclose(top, high, atol=1e-6)
    if same or not straight or (np.abs(top - bottom) < 1e-12).any():
        return seen
    return np.asarray(low + (seen - bottom) / (top - bottom) * (high - low), np.float64)


def _at_first(net: torch.nn.Module, first: torch.nn.Module, x: NDArray[np.float32]) -> Rows | None:
    """What the layer is given for one input, flat; None where it is not reached."""
    import torch

    caught: list[torch.Tensor] = []
    hook = first.register_forward_pre_hook(lambda module, given: caught.append(given[0].detach()))
    try:
        with torch.no_grad():
            net(torch.from_numpy(x))
    finally:
        hook.remove()
    return np.asarray(caught[0].reshape(-1).numpy(), np.float64) if caught else None
