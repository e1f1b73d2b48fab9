"""Looking through a wrapper that scales inputs before the user's own module."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bartizan.certifiers import intervals
from bartizan.core.profile import NotApplicable

if TYPE_CHECKING:
    import torch
    from torch import nn

    from bartizan.certifiers.intervals import Box

SAMPLES = 32
TOLERANCE = 1e-4
SPREAD = 1e-5  # what float32 rounding of the scaling itself may amount to, relative


def without_wrapper(
    net: nn.Module, input_shape: tuple[int, ...], bounds: tuple[float, float]
) -> tuple[nn.Module, Callable[[Box], Box] | None]:
    """The module inside `net` (its one child, called `core`) and what is done to boxes before it; or `net` and None.

    What the wrapper does is read off what it hands to `core`: it must be one factor and one shift for each entry at
    every point tried, and the classes must come out in the order of `core`. Else `NotApplicable`.
    """
    import torch

    core = getattr(net, "core", None)
    if not isinstance(core, torch.nn.Module) or len(list(net.children())) != 1:
        return net, None
    points = _points(input_shape, bounds)
    try:
        entered, out, own = _watched(net, core, points)
    except Exception as error:
        raise NotApplicable(f"what goes into the network cannot be watched ({type(error).__name__})") from error
    if entered.shape != points.shape or not _same_order(out, own):
        raise NotApplicable("the wrapper around the network does more than scale inputs, so no interval bounds")
    if torch.equal(entered, points):
        return core, None
    return core, _scaling(points, entered, bounds)


def _points(input_shape: tuple[int, ...], bounds: tuple[float, float]) -> torch.Tensor:
    """The two corners of the bounds, then random points between them."""
    import torch

    corners = [np.full((1, *input_shape), b) for b in bounds]
    noise = np.random.default_rng(0).uniform(*bounds, (SAMPLES, *input_shape))
    return torch.from_numpy(np.concatenate([*corners, noise])).float()


def _watched(net: nn.Module, core: nn.Module, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """What enters `core`, what `net` answers, and what `core` itself answers."""
    import torch

    seen: list[torch.Tensor] = []
    hook = core.register_forward_pre_hook(lambda module, args: seen.append(args[0].detach()))
    try:
        with torch.no_grad():
            out = net(points)
    finally:
        hook.remove()
    entered = torch.cat(seen)
    with torch.no_grad():
        return entered, out, core(entered)


def _scaling(points: torch.Tensor, entered: torch.Tensor, bounds: tuple[float, float]) -> Callable[[Box], Box]:
    import torch

    low, high = bounds
    scale = (entered[1] - entered[0]).double() / (high - low)
    shift = entered[0].double() - low * scale
    if not torch.allclose(points.double() * scale + shift, entered.double(), rtol=SPREAD, atol=SPREAD):
        raise NotApplicable("the preprocessing is not one factor and one shift for each input, so no interval bounds")
    spread = SPREAD * (1 + entered.double().abs().amax(dim=0))
    return lambda box: intervals.widened(*intervals.scaled(box, scale, shift), spread)


def _same_order(out: torch.Tensor, own: torch.Tensor) -> bool:
    """Whether two outputs are the same class scores up to a constant a row, or one is the logarithm of the other."""
    import torch

    if out.shape != own.shape:
        return False
    a, b = (torch.log_softmax(z.double(), dim=1) for z in (out, own))
    logarithms = torch.log(own.double().clamp_min(1e-12))
    return torch.allclose(a, b, atol=TOLERANCE) or torch.allclose(out.double(), logarithms, atol=TOLERANCE)
