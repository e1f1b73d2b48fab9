"""Which rule of interval arithmetic belongs to which layer or function of torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bartizan.certifiers import intervals
from bartizan.core.profile import NotApplicable

if TYPE_CHECKING:
    import torch
    from torch import fx, nn

    from bartizan.certifiers.intervals import Box

    Rule = Callable[..., Box]

MONOTONE = ("relu", "relu6", "max_pool2d", "flatten", "view", "reshape", "contiguous", "squeeze")


def module_rule(name: str, layer: nn.Module) -> Rule:
    """The rule of a layer of `torch.nn`. Raises `NotApplicable` naming it when there is none."""
    from torch import nn

    exact = nn.ReLU | nn.ReLU6 | nn.Hardtanh | nn.Flatten | nn.Unflatten | nn.MaxPool2d | nn.AdaptiveMaxPool2d
    if isinstance(layer, nn.Identity | nn.Dropout | nn.Dropout2d):
        return lambda box: box
    if isinstance(layer, exact):
        return lambda box: intervals.monotone(layer, box)
    if isinstance(layer, nn.Linear):
        return lambda box: intervals.linear(layer, box)
    if isinstance(layer, nn.Conv2d) and layer.padding_mode == "zeros":
        return lambda box: intervals.conv2d(layer, box)
    if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d) and layer.running_mean is not None:
        return lambda box: intervals.batch_norm(layer, box)
    if isinstance(layer, nn.AvgPool2d | nn.AdaptiveAvgPool2d):
        return lambda box: intervals.average(layer, box)
    if isinstance(layer, nn.LeakyReLU) and layer.negative_slope >= 0:
        return lambda box: intervals.leaky_relu(layer, box)
    raise NotApplicable(f"interval bounds have no rule for the layer '{name}' ({type(layer).__name__})")


def function_name(node: fx.Node) -> str:
    """The name of the function or method a node calls: `relu`, `add`, `view` …"""
    return str(getattr(node.target, "__name__", node.target)).strip("_")


def function_rule(node: fx.Node, modules: dict[str, nn.Module]) -> Rule:
    """The rule of a function or method called in `forward`. Raises `NotApplicable` naming it when there is none."""
    name = function_name(node)
    if name in ("add", "iadd", "sub", "mul", "truediv", "div"):
        return _arithmetic(name.removeprefix("i"), node, modules)
    if name == "dropout":
        return lambda box: box
    if name in MONOTONE:
        return lambda box: intervals.monotone(_replayed(node), box)
    if name in ("avg_pool2d", "adaptive_avg_pool2d"):
        return lambda box: intervals.average(_replayed(node), box)
    raise NotApplicable(f"interval bounds have no rule for '{name}', which the network calls")


def constant(value: Any, modules: dict[str, nn.Module]) -> torch.Tensor | None:
    """A number or a buffer of the module as a tensor; None for what is computed."""
    import torch

    if isinstance(value, int | float):
        return torch.tensor(float(value), dtype=torch.float64)
    if getattr(value, "op", "") != "get_attr":
        return None
    owner, _, name = str(value.target).rpartition(".")
    found = getattr(modules[owner], name, None)
    return found.detach().double() if isinstance(found, torch.Tensor) else None


def is_batch_size(value: Any) -> bool:
    """Whether a node is `x.size(0)` or `x.shape[0]`."""
    if getattr(value, "op", "") not in ("call_method", "call_function"):
        return False
    name = function_name(value)
    if name == "getitem":
        return value.args[1] == 0 and function_name(value.args[0]) in ("getattr", "size")
    return name == "size" and value.args[1:] == (0,)


def _arithmetic(name: str, node: fx.Node, modules: dict[str, nn.Module]) -> Rule:
    """Sums of two boxes, and constants added, taken away, multiplied or divided by."""
    import torch

    left, right = (constant(a, modules) for a in node.args[:2])
    if left is None and right is None and name == "add":
        return intervals.added
    if left is None and right is not None:
        one, none = torch.ones_like(right), torch.zeros_like(right)
        scale, shift = {
            "add": (one, right),
            "sub": (one, -right),
            "mul": (right, none),
            "truediv": (1 / right, none),
            "div": (1 / right, none),
        }[name]
        return lambda box: intervals.scaled(box, scale, shift)
    if left is not None and right is None and name in ("add", "mul"):
        scale, shift = (left, left * 0) if name == "mul" else (torch.ones_like(left), left)
        return lambda box: intervals.scaled(box, scale, shift)
    raise NotApplicable(f"interval bounds have no rule for this use of '{name}' in the network")


def _replayed(node: fx.Node) -> Callable[[torch.Tensor], torch.Tensor]:
    """The node as a function of its first argument; of the others, only the batch size may be computed."""
    rest, named = node.args[1:], {k: v for k, v in node.kwargs.items() if k != "inplace"}

    def call(x: torch.Tensor) -> torch.Tensor:
        sizes = [len(x) if is_batch_size(a) else a for a in rest]
        if isinstance(node.target, str):
            out: torch.Tensor = getattr(x, node.target)(*sizes, **named)
            return out
        function: Any = node.target
        out = function(x, *sizes, **named)
        return out

    return call
