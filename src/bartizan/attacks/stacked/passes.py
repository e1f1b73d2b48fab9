"""Layers of K networks at once, with their backward passes written out and buffers made once.

An answer is good until the layer is asked again, and a gradient that is handed back may be overwritten by the next.
`forward` takes K×B×…; `backward` takes the gradient of what was answered, writes that of the parameters, and returns
that of the input, or None where nobody before it has parameters.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

from .flat import Flat
from .layers import Layer

if TYPE_CHECKING:
    import torch


class Pass(Protocol):
    """One layer. numbers: how many it keeps, of all models."""

    numbers: int

    def forward(self, h: torch.Tensor) -> torch.Tensor: ...
    def backward(self, g: torch.Tensor) -> torch.Tensor | None: ...


class Linear:
    """h·Wᵀ + b."""

    def __init__(self, layer: Layer, flat: Flat, batch: int, *, first: bool) -> None:
        parameter = flat.parameter(layer.named("weight"))
        assert parameter is not None
        self.weight, self.gradient = parameter
        self.bias = flat.parameter(layer.named("bias"))
        models, outputs, inputs = self.weight.shape
        self.answer = self.weight.new_empty(models, batch, outputs)
        self.back = None if first else self.weight.new_empty(models, batch, inputs)
        self.numbers = self.answer.numel() + (0 if self.back is None else self.back.numel())

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        import torch

        self.given = h
        if self.bias is None:
            return torch.bmm(h, self.weight.mT, out=self.answer)
        return torch.baddbmm(self.bias[0][:, None], h, self.weight.mT, out=self.answer)

    def backward(self, g: torch.Tensor) -> torch.Tensor | None:
        import torch

        torch.bmm(g.mT, self.given, out=self.gradient)
        if self.bias is not None:
            torch.sum(g, 1, out=self.bias[1])
        return None if self.back is None else torch.bmm(g, self.weight, out=self.back)


class Convolution:
    """torch's own, a model after the other, on maps with their channels last (K×B×H×W×C), where it is fastest."""

    def __init__(self, layer: Layer, flat: Flat, batch: int, *, first: bool) -> None:
        parameter = flat.parameter(layer.named("weight"))
        assert parameter is not None
        channels, tall, wide = layer.columns
        self.weight, self.gradient = (
            p.view(*p.shape[:2], tall, wide, channels).permute(0, 1, 4, 2, 3) for p in parameter
        )
        self.bias, self.turned, self.first = flat.parameter(layer.named("bias")), layer.turned, first
        module: Any = layer.module
        self.stride, self.padding = list(module.stride), list(module.padding)
        self.answer = flat.values.new_empty(flat.models, batch, *layer.gives[1:], layer.gives[0])
        self.back = None if first else flat.values.new_empty(flat.models, batch, *layer.given[1:], layer.given[0])
        self.numbers = 2 * (self.answer.numel() + math.prod(layer.given) * batch * flat.models)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import conv2d

        self.given = h.permute(0, 1, 4, 2, 3) if self.turned else h
        for k, given in enumerate(self.given):
            bias = None if self.bias is None else self.bias[0][k]
            answer = conv2d(given, self.weight[k], bias, self.stride, self.padding)
            self.answer[k].copy_(answer.permute(0, 2, 3, 1))
        return self.answer

    def backward(self, g: torch.Tensor) -> torch.Tensor | None:
        import torch

        wanted = [self.back is not None, True, self.bias is not None]
        biases, g = None if self.bias is None else [g.shape[-1]], g.permute(0, 1, 4, 2, 3)
        for k, (slope, given) in enumerate(zip(g, self.given, strict=True)):
            back, weight, bias = torch.ops.aten.convolution_backward(
                slope, given, self.weight[k], biases, self.stride, self.padding, [1, 1], False, [0, 0], 1, wanted
            )
            self.gradient[k].copy_(weight)
            if self.bias is not None:
                self.bias[1][k].copy_(bias)
            if self.back is not None:
                self.back[k].copy_(back.permute(0, 2, 3, 1))
        return self.back


class Relu:
    """In place, both ways: never right after another, which would find its answer overwritten."""

    numbers = 0

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        self.answer = h.relu_()
        return self.answer

    def backward(self, g: torch.Tensor) -> torch.Tensor:
        return self.answer.sign_().mul_(g)  # nobody needs the answer any more


class Reshape:
    """K×B×… to K×B×D."""

    numbers = 0

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        self.shape = h.shape
        return h.flatten(2)

    def backward(self, g: torch.Tensor) -> torch.Tensor:
        return g.reshape(self.shape)


class Local:
    """A layer without parameters, its backward pass by autograd."""

    def __init__(self, layer: Layer, models: int, batch: int) -> None:
        self.module, self.turned = layer.module, layer.turned and len(layer.given) == 3
        self.numbers = models * batch * 3 * (math.prod(layer.given) + math.prod(layer.gives))

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        import torch

        self.models, self.given = len(h), self._flat(h).detach().requires_grad_(True)
        with torch.enable_grad():
            self.answer: torch.Tensor = self.module(self.given)
        return self._whole(self.answer.detach().clone())

    def backward(self, g: torch.Tensor) -> torch.Tensor:
        import torch

        (back,) = torch.autograd.grad(self.answer, self.given, self._flat(g))
        return self._whole(back)

    def _flat(self, h: torch.Tensor) -> torch.Tensor:
        h = h.flatten(0, 1)
        return h.permute(0, 3, 1, 2) if self.turned else h

    def _whole(self, h: torch.Tensor) -> torch.Tensor:
        h = h.permute(0, 2, 3, 1) if self.turned else h
        return h.contiguous().view(self.models, -1, *h.shape[1:])
