"""A network read as a list of layers with a rule for intervals each, or the reason why it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bartizan.certifiers import intervals
from bartizan.certifiers.rules import constant, function_name, function_rule, is_batch_size, module_rule
from bartizan.certifiers.wrapper import without_wrapper
from bartizan.core.profile import NotApplicable

if TYPE_CHECKING:
    import torch
    from torch import fx, nn

    from bartizan.certifiers.intervals import Box


@dataclass(frozen=True)
class Step:
    """One layer: a rule from the boxes of earlier steps to its own."""

    name: str
    inputs: tuple[str, ...]
    rule: Callable[..., Box]


@dataclass(frozen=True)
class Network:
    """The steps up to the last linear layer, and that layer, whose rows the margins are taken between.

    `before` is what a wrapper does to inputs before they enter.
    """

    entry: str
    before: Callable[[Box], Box] | None
    steps: tuple[Step, ...]
    before_last: str
    last: nn.Linear

    def features(self, box: Box) -> Box:
        """The box of what enters the last layer."""
        boxes = {self.entry: self.before(box) if self.before else box}
        for step in self.steps:
            boxes[step.name] = step.rule(*(boxes[i] for i in step.inputs))
        return boxes[self.before_last]

    def margins(self, box: Box, y: torch.Tensor) -> torch.Tensor:
        """Lower bounds, N×K, of logit y − logit j for all inputs in the box, float32 rounding included; +∞ at y."""
        import torch

        low, high = self.features(box)
        weight = self.last.weight.detach().double()
        difference = weight[y][:, None] - weight
        centre = torch.einsum("nkf,nf->nk", difference, (low + high) / 2)
        radius = torch.einsum("nkf,nf->nk", difference.abs(), (high - low) / 2)
        size = intervals.largest((low, high)) @ weight.abs().T
        if self.last.bias is not None:
            bias = self.last.bias.detach().double()
            centre, size = centre + bias[y][:, None] - bias, size + bias.abs()
        slack = intervals.γ(self.last.in_features) * (size + size.gather(1, y[:, None]))
        return (centre - radius - slack).scatter(1, y[:, None], torch.inf)


def read(net: nn.Module, input_shape: tuple[int, ...], bounds: tuple[float, float]) -> Network:
    """The layers of `net`, a classifier in evaluation mode. Raises `NotApplicable` naming the layer without a rule."""
    core, before = without_wrapper(net, input_shape, bounds)
    nodes, modules = _traced(core)
    last = _last_linear(nodes, modules)
    layer = modules[str(last.target)]
    nodes = nodes[: nodes.index(last)]
    entry = next(n.name for n in nodes if n.op == "placeholder")
    steps = tuple(_step(n, modules) for n in nodes if n.op.startswith("call_") and not _is_size(n))
    return Network(entry, before, steps, str(last.args[0]), layer)  # type: ignore[arg-type]


def _traced(core: nn.Module) -> tuple[list[fx.Node], dict[str, nn.Module]]:
    from torch import fx, nn

    if core.training:
        raise NotApplicable("the network is in training mode, so it has no fixed bounds")
    try:
        traced = fx.symbolic_trace(core if list(core.children()) else nn.Sequential(core))
    except Exception as error:
        raise NotApplicable(
            f"the layers of {type(core).__name__} cannot be read off ({type(error).__name__}), so no interval bounds"
        ) from error
    return list(traced.graph.nodes), dict(traced.named_modules())


def _last_linear(nodes: list[fx.Node], modules: dict[str, nn.Module]) -> fx.Node:
    """The last linear layer. What follows it may only be what keeps the order of the classes, as softmax does."""
    from torch import nn

    node: Any = nodes[-1].args[0]
    while hasattr(node, "op"):
        layer = modules.get(str(node.target)) if node.op == "call_module" else None
        if isinstance(layer, nn.Linear):
            return node  # type: ignore[no-any-return]
        ends = isinstance(layer, nn.Softmax | nn.LogSoftmax) and layer.dim in (1, -1, None)
        if not (ends or _is_softmax(node) or isinstance(layer, nn.Identity | nn.Dropout)):
            break
        node = node.args[0]
    raise NotApplicable(f"interval bounds need a network that ends in a linear layer, not in '{node}'")


def _is_softmax(node: fx.Node) -> bool:
    dim = node.kwargs.get("dim", node.args[1] if len(node.args) > 1 else None)
    return node.op.startswith("call_f") and function_name(node) in ("softmax", "log_softmax") and dim in (1, -1)


def _is_size(node: fx.Node) -> bool:
    """Sizes are looked up where they are used."""
    return function_name(node) in ("size", "getattr", "getitem") and node.op != "call_module"


def _step(node: fx.Node, modules: dict[str, nn.Module]) -> Step:
    parents = [a for a in node.args if hasattr(a, "op") and not is_batch_size(a) and constant(a, modules) is None]
    inputs = tuple(str(p) for p in parents)
    if node.op == "call_module":
        name = str(node.target)
        return Step(node.name, inputs, module_rule(name, modules[name]))
    return Step(node.name, inputs, function_rule(node, modules))
