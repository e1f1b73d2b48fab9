"""An ONNX graph as a PyTorch module, so that it has gradients. What has no form here is named, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .onnx_operators import KNOWN, NotConvertible, operators

if TYPE_CHECKING:
    import torch


def unknown_operators(found: set[str]) -> list[str]:
    """Which of a file's operators (`domain::name`) have no PyTorch form here."""
    split = (name.partition("::") for name in found)
    return sorted(name if domain in ("", "ai.onnx") else f"{domain}.{name}" for domain, _, name in split
                  if domain not in ("", "ai.onnx") or name not in KNOWN)  # fmt: skip


def to_module(model: Any, output: str) -> torch.nn.Module:
    """The module that computes `output` from the graph's one input. Raises `NotConvertible`."""
    import torch

    graph = model.graph
    opset = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), 0)
    steps = [_step(node, opset) for node in graph.node]
    constants = {t.name: _tensor(t) for t in graph.initializer}
    constants |= {s[2][0]: _constant(s[3]) for s in steps if s[0] == "Constant"}
    entry = next(i.name for i in graph.input if i.name not in constants)
    steps = [s for s in steps if s[0] != "Constant"]
    statistics = {name for s in steps if s[0] == "BatchNormalization" for name in s[1][3:5]}
    table = operators()
    last_use = {name: k for k, step in enumerate(steps) for name in step[1]}

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.names: dict[str, str] = {}
            for k, (name, value) in enumerate(constants.items()):
                self.names[name] = f"c{k}"
                if value.is_floating_point() and name not in statistics:
                    self.register_parameter(f"c{k}", torch.nn.Parameter(value))
                else:
                    self.register_buffer(f"c{k}", value)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            values: dict[str, Any] = {entry: x, "": None}
            for k, (kind, needed, made, attributes) in enumerate(steps):
                inputs = [getattr(self, self.names[n]) if n in self.names else values[n] for n in needed]
                values[made[0]] = table[kind](attributes, inputs)
                for name in needed:
                    if name and last_use[name] == k and name != output:
                        values.pop(name, None)
            found: torch.Tensor = values[output]
            return found

    return Graph()


def _step(node: Any, opset: int) -> tuple[str, list[str], list[str], dict[str, Any]]:
    if node.domain not in ("", "ai.onnx") or node.op_type not in KNOWN:
        raise NotConvertible(f"the operator {node.op_type}")
    if len([name for name in node.output if name]) > 1:
        raise NotConvertible(f"{node.op_type} with more than one output")
    attributes = {a.name: _attribute(a) for a in node.attribute}
    return node.op_type, list(node.input), list(node.output), {**attributes, "opset": opset}


def _attribute(attribute: Any) -> Any:
    from onnx import helper

    value = helper.get_attribute_value(attribute)
    return list(value) if isinstance(value, (list, tuple)) or type(value).__name__.startswith("Repeated") else value


def _constant(attributes: dict[str, Any]) -> torch.Tensor:
    import torch

    if "value" in attributes:
        return _tensor(attributes["value"])
    for key, kind in (("value_float", np.float32), ("value_floats", np.float32), ("value_int", np.int64)):
        if key in attributes:
            return torch.from_numpy(np.array(attributes[key], dtype=kind))
    if "value_ints" in attributes:
        return torch.from_numpy(np.array(attributes["value_ints"], dtype=np.int64))
    raise NotConvertible("a Constant that is not a number")


def _tensor(proto: Any) -> torch.Tensor:
    import torch
    from onnx import numpy_helper

    array = np.array(numpy_helper.to_array(proto))
    if array.dtype.kind not in "biuf":
        raise NotConvertible(f"a tensor of type {array.dtype}")
    return torch.from_numpy(array)
