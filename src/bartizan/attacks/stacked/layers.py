"""The layers of a network that is a plain chain of known ones, and how their parameters lie in memory here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """given, gives: shapes of one input and one answer as torch has them. turned: whether its input lies with channels
    last (a map made by a convolution, or the row of one). columns: channels, rows and columns that the second axis of
    its weight stands for where it is kept with the channels last, else empty."""

    name: str
    module: torch.nn.Module
    given: Shape
    gives: Shape
    turned: bool
    columns: Shape = ()

    def named(self, parameter: str) -> str:
        """As the network calls it."""
        return f"{self.name}.{parameter}" if self.name else parameter


def layers_of(net: torch.nn.Module, x: torch.Tensor) -> list[Layer] | None:
    """Layers in order, for inputs like `x` (a few); None where `net` is anything else than a plain chain of them.

    Linear and convolutional layers, and of those without parameters the ones that answer each input by itself and
    never at random.
    """
    parts = _unpacked(net, "")
    if not parts or not _each_once(net, parts):
        return None
    return _followed(parts, x[:2])


def _followed(parts: list[tuple[str, torch.nn.Module]], h: torch.Tensor) -> list[Layer] | None:
    """With the shapes on the way; None where a layer is given what it is not written for here."""
    import torch
    from torch import nn

    made: list[Layer] = []
    turned = False
    row: Shape = ()  # of which map the row is that flattening has made
    for name, module in parts:
        wants = 2 if isinstance(module, nn.Linear) else 4 if isinstance(module, (nn.Conv2d, *_pools())) else h.ndim
        if h.ndim != wants:
            return None
        given, mine = tuple(h.shape[1:]), turned
        with torch.no_grad():
            h = module(h)
        columns: Shape = ()
        if isinstance(module, nn.Conv2d):
            turned, columns = True, (given[0], *module.kernel_size)
        elif isinstance(module, nn.Flatten) and turned and len(given) == 3:
            row = given
        elif isinstance(module, nn.Linear):
            turned, columns, row = False, row, ()
        made.append(Layer(name, module, given, tuple(h.shape[1:]), mine, columns))
    return made if h.ndim == 2 and not row and any(list(m.parameters()) for _, m in parts) else None


def _unpacked(net: torch.nn.Module, name: str) -> list[tuple[str, torch.nn.Module]] | None:
    from torch import nn

    if net._forward_hooks or net._forward_pre_hooks or net._backward_hooks:
        return None
    if type(net) is nn.Sequential:
        parts = [_unpacked(child, f"{name}.{key}" if name else key) for key, child in net._modules.items() if child]
        return None if None in parts else [layer for part in parts for layer in part or ()]
    return [(name, net)] if _known(net) else None


def _known(net: torch.nn.Module) -> bool:
    """By its very class: who inherits from one may answer otherwise."""
    from torch import nn

    if type(net) is nn.Flatten:
        return (net.start_dim, net.end_dim) == (1, -1)
    if type(net) is nn.Conv2d:
        plain = net.groups == 1 and set(net.dilation) == {1} and net.padding_mode == "zeros"
        return plain and not isinstance(net.padding, str)
    return type(net) in (nn.Linear, *_pools(), *_pointwise())


def _pools() -> tuple[type[torch.nn.Module], ...]:
    from torch import nn

    return nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d


def _pointwise() -> tuple[type[torch.nn.Module], ...]:
    from torch import nn

    return nn.ReLU, nn.Tanh, nn.Sigmoid, nn.GELU, nn.SiLU, nn.ELU, nn.LeakyReLU, nn.Softplus, nn.Identity


def _each_once(net: torch.nn.Module, parts: list[tuple[str, torch.nn.Module]]) -> bool:
    """Whether no layer shares its parameters with another."""
    named = [f"{name}.{p}" if name else p for name, module in parts for p, _ in module.named_parameters()]
    return sorted(named) == sorted(name for name, _ in net.named_parameters())
