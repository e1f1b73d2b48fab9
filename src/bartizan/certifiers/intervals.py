"""Interval arithmetic over the layers of a network, sound for its evaluation in float32.

A box is a pair of float64 tensors (low, high). Each rule returns a box that contains every value the layer can take on
inputs in the given box, *as computed in float32*: a sum of k products computed in any order differs from the real
number by at most γ·Σ|aᵢbᵢ| with γ = k·u/(1 − k·u), u = 2⁻²⁴ (Higham, Accuracy and Stability of Numerical Algorithms,
§3.1), and that much is added on either side. Convolutions that transform their input first (Winograd, FFT) are not
covered by this bound; the referee tries the certificates on the running model for that reason, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import nn

    Box = tuple[torch.Tensor, torch.Tensor]
    Rule = Callable[[Any, Box], Box]

UNIT = 2.0**-24
OWN = 2.0**-50  # our own arithmetic is in float64; this is generous


def γ(k: int) -> float:
    """The relative error of a float32 sum of `k` products, our own rounding included."""
    return (k + 2) * UNIT / (1 - (k + 2) * UNIT) + (k + 2) * OWN


def widened(low: torch.Tensor, high: torch.Tensor, slack: torch.Tensor | float) -> Box:
    """The box with `slack` on either side."""
    return low - slack, high + slack


def largest(box: Box) -> torch.Tensor:
    """The largest absolute value in the box, entry by entry."""
    import torch

    return torch.maximum(box[0].abs(), box[1].abs())


def affine(box: Box, apply: Callable[[torch.Tensor, bool], torch.Tensor], bias: torch.Tensor | None, k: int) -> Box:
    """The image of a box under x ↦ Wx + b. `apply(x, magnitude)` is Wx, or |W|x; each output sums `k` products."""
    low, high = box
    centre, radius = apply((low + high) / 2, False), apply((high - low) / 2, True)
    size = apply(largest(box), True)
    if bias is not None:
        centre, size = centre + bias, size + bias.abs()
    return widened(centre - radius, centre + radius, γ(k) * size)


def linear(layer: nn.Linear, box: Box) -> Box:
    """A fully connected layer."""
    weight, bias = _numbers(layer)
    return affine(box, lambda x, magnitude: x @ (weight.abs() if magnitude else weight).T, bias, layer.in_features)


def conv2d(layer: nn.Conv2d, box: Box) -> Box:
    """A convolution with zero padding."""
    from torch.nn import functional as F

    weight, bias = _numbers(layer)
    column = None if bias is None else bias.view(-1, 1, 1)

    def apply(x: torch.Tensor, magnitude: bool) -> torch.Tensor:
        w = weight.abs() if magnitude else weight
        return F.conv2d(x, w, None, layer.stride, layer.padding, layer.dilation, layer.groups)

    return affine(box, apply, column, weight[0].numel())


def batch_norm(layer: Any, box: Box) -> Box:
    """Batch normalisation with its stored statistics: a scale and a shift for each channel."""
    mean, variance = layer.running_mean.double(), layer.running_var.double()
    scale = 1 / (variance + layer.eps).sqrt()
    shift = mean * 0
    if layer.affine:
        scale, shift = scale * layer.weight.detach().double(), layer.bias.detach().double()
    shape = (1, -1, *[1] * (box[0].dim() - 2))
    return scaled(box, scale.view(shape), (shift - mean * scale).view(shape), (mean * scale).abs().view(shape))


def scaled(box: Box, scale: torch.Tensor, shift: torch.Tensor, cancelled: torch.Tensor | float = 0.0) -> Box:
    """x ↦ scale·x + shift, entry by entry. `cancelled`: size of what was added and taken away again on the way."""
    import torch

    a, b = box[0] * scale + shift, box[1] * scale + shift
    size = largest(box) * scale.abs() + shift.abs() + cancelled
    return widened(torch.minimum(a, b), torch.maximum(a, b), γ(8) * size)


def monotone(layer: Callable[[torch.Tensor], torch.Tensor], box: Box) -> Box:
    """A layer that never falls as its input rises and computes without rounding: ReLU, max-pooling, reshaping."""
    return layer(box[0]), layer(box[1])


def average(layer: Callable[[torch.Tensor], torch.Tensor], box: Box) -> Box:
    """Average pooling."""
    k = box[0][0, 0].numel()
    return widened(layer(box[0]), layer(box[1]), γ(k) * layer(largest(box)))


def leaky_relu(layer: nn.LeakyReLU, box: Box) -> Box:
    """A leaky ReLU of non-negative slope."""
    return widened(layer(box[0]), layer(box[1]), γ(1) * largest(box))


def added(a: Box, b: Box) -> Box:
    """The sum of two boxes, as in a residual connection."""
    return widened(a[0] + b[0], a[1] + b[1], γ(1) * (largest(a) + largest(b)))


def _numbers(layer: Any) -> tuple[torch.Tensor, torch.Tensor | None]:
    bias = None if layer.bias is None else layer.bias.detach().double()
    return layer.weight.detach().double(), bias
