"""ONNX operators as PyTorch calls: the common ones of feed-forward nets. Semantics: https://onnx.ai/onnx/operators/.

An operator is a function of (attributes, inputs); a left-out optional input is None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

Attributes = Mapping[str, Any]
Inputs = Sequence[Any]
Operator = Callable[[Attributes, Inputs], Any]

KNOWN = frozenset(
    {
        *("Abs", "Add", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Constant", "Conv", "Div"),
        *("Dropout", "Elu", "Erf", "Exp", "Flatten", "Gather", "Gemm", "GlobalAveragePool", "GlobalMaxPool"),
        *("HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "Log", "LogSoftmax", "MatMul", "Max", "MaxPool"),
        *("Min", "Mul", "Neg", "Pow", "ReduceMean", "ReduceSum", "Relu", "Reshape", "Shape", "Sigmoid", "Softmax"),
        *("Softplus", "Sqrt", "Squeeze", "Sub", "Tanh", "Transpose", "Unsqueeze"),
    }
)


class NotConvertible(ValueError):
    """The graph uses something that has no PyTorch form here. `str()` names it."""


@cache
def operators() -> dict[str, Operator]:
    """Every operator of `KNOWN` but `Constant`, by name."""
    return {**_pointwise(), **_arithmetic(), **_activations(), **_layers(), **_pools(), **_shapes(), **_reductions()}


def _pointwise() -> dict[str, Operator]:
    import torch

    plain: dict[str, Callable[..., Any]] = {
        "Abs": torch.abs, "Erf": torch.erf, "Exp": torch.exp, "Log": torch.log, "Neg": torch.neg, "Relu": torch.relu,
        "Sigmoid": torch.sigmoid, "Sqrt": torch.sqrt, "Tanh": torch.tanh, "Softplus": torch.nn.functional.softplus,
        "HardSwish": torch.nn.functional.hardswish,
    }  # fmt: skip

    def alone(call: Callable[..., Any]) -> Operator:
        return lambda a, i: call(i[0])

    found = {name: alone(call) for name, call in plain.items()}
    return {**found, "Identity": lambda a, i: i[0], "Dropout": lambda a, i: i[0]}


def _arithmetic() -> dict[str, Operator]:
    import torch

    def divide(a: Attributes, i: Inputs) -> Any:
        whole = not (i[0].is_floating_point() or i[1].is_floating_point())
        return torch.div(i[0], i[1], rounding_mode="trunc" if whole else None)

    def gemm(a: Attributes, i: Inputs) -> Any:
        left = i[0].T if a.get("transA") else i[0]
        right = i[1].T if a.get("transB") else i[1]
        out = a.get("alpha", 1.0) * (left @ right)
        return out if len(i) < 3 or i[2] is None else out + a.get("beta", 1.0) * i[2]

    def folded(f: Callable[[Any, Any], Any]) -> Operator:
        def fold(a: Attributes, i: Inputs) -> Any:
            out = i[0]
            for other in i[1:]:
                out = f(out, other)
            return out

        return fold

    return {
        "Add": lambda a, i: i[0] + i[1],
        "Sub": lambda a, i: i[0] - i[1],
        "Mul": lambda a, i: i[0] * i[1],
        "Div": divide,
        "Pow": lambda a, i: i[0] ** i[1],
        "MatMul": lambda a, i: i[0] @ i[1],
        "Gemm": gemm,
        "Max": folded(torch.maximum),
        "Min": folded(torch.minimum),
    }


def _activations() -> dict[str, Operator]:
    import torch
    from torch.nn import functional as f

    def softmax(f: Callable[..., Any]) -> Operator:
        def of(a: Attributes, i: Inputs) -> Any:
            if a["opset"] >= 13:
                return f(i[0], dim=a.get("axis", -1))
            axis = a.get("axis", 1) % i[0].ndim  # before opset 13 everything from the axis on is one row
            return f(i[0].flatten(axis), dim=axis).reshape(i[0].shape)

        return of

    def clip(a: Attributes, i: Inputs) -> Any:
        low, high = [*i[1:], None, None][:2]
        low, high = (a.get(k) if v is None else v for k, v in (("min", low), ("max", high)))
        out = i[0] if low is None else torch.maximum(i[0], torch.as_tensor(low, dtype=i[0].dtype))
        return out if high is None else torch.minimum(out, torch.as_tensor(high, dtype=out.dtype))

    return {
        "LeakyRelu": lambda a, i: f.leaky_relu(i[0], a.get("alpha", 0.01)),
        "Elu": lambda a, i: f.elu(i[0], a.get("alpha", 1.0)),
        "HardSigmoid": lambda a, i: (a.get("alpha", 0.2) * i[0] + a.get("beta", 0.5)).clamp(0, 1),
        "Softmax": softmax(torch.softmax),
        "LogSoftmax": softmax(torch.log_softmax),
        "Clip": clip,
    }


def _layers() -> dict[str, Operator]:
    from torch.nn import functional as f

    def conv(a: Attributes, i: Inputs) -> Any:
        n = i[1].ndim - 2
        if n not in (1, 2):
            raise NotConvertible(f"Conv over {n} dimensions")
        x = _padded(i[0], a, n, 0.0)
        bias = i[2] if len(i) > 2 else None
        call: Callable[..., Any] = f.conv1d if n == 1 else f.conv2d
        ones = [1] * n
        return call(x, i[1], bias, a.get("strides", ones), 0, a.get("dilations", ones), a.get("group", 1))

    def normalised(a: Attributes, i: Inputs) -> Any:
        if a.get("training_mode"):
            raise NotConvertible("BatchNormalization in training mode")
        return f.batch_norm(i[0], i[3], i[4], i[1], i[2], training=False, eps=a.get("epsilon", 1e-5))

    return {"Conv": conv, "BatchNormalization": normalised}


def _pools() -> dict[str, Operator]:
    import torch
    from torch.nn import functional as f

    def shape(a: Attributes, i: Inputs) -> tuple[int, list[int], list[int]]:
        n = len(a["kernel_shape"])
        if n not in (1, 2) or a.get("ceil_mode") or any(d != 1 for d in a.get("dilations", [])):
            raise NotConvertible("a pool over other than 1 or 2 dimensions, with ceil_mode or with dilations")
        return n, list(a["kernel_shape"]), list(a.get("strides", [1] * n))

    def largest(a: Attributes, i: Inputs) -> Any:
        n, kernel, stride = shape(a, i)
        x = _padded(i[0], a, n, float("-inf"))
        return (f.max_pool1d if n == 1 else f.max_pool2d)(x, kernel, stride)

    def mean(a: Attributes, i: Inputs) -> Any:
        n, kernel, stride = shape(a, i)
        pool: Callable[..., Any] = f.avg_pool1d if n == 1 else f.avg_pool2d
        out = pool(_padded(i[0], a, n, 0.0), kernel, stride)
        if not any(a.get("pads", [])) or a.get("count_include_pad"):
            return out
        return out / pool(_padded(torch.ones_like(i[0]), a, n, 0.0), kernel, stride)

    def everywhere(x: Any) -> list[int]:
        return list(range(2, x.ndim))

    return {
        "MaxPool": largest,
        "AveragePool": mean,
        "GlobalAveragePool": lambda a, i: i[0].mean(dim=everywhere(i[0]), keepdim=True),
        "GlobalMaxPool": lambda a, i: i[0].amax(dim=everywhere(i[0]), keepdim=True),
    }


def _shapes() -> dict[str, Operator]:
    import torch

    def reshape(a: Attributes, i: Inputs) -> Any:
        sizes = i[1].tolist()
        if not a.get("allowzero"):  # a zero stands for the size that is there already
            sizes = [i[0].shape[k] if n == 0 else n for k, n in enumerate(sizes)]
        return i[0].reshape(sizes)

    def flatten(a: Attributes, i: Inputs) -> Any:
        axis = a.get("axis", 1)
        axis = axis + i[0].ndim if axis < 0 else axis
        return i[0].reshape(1, -1) if axis == 0 else i[0].flatten(axis).flatten(0, axis - 1)

    def squeeze(a: Attributes, i: Inputs) -> Any:
        axes = _axes(a, i)
        return i[0].squeeze() if axes is None else i[0].squeeze(tuple(axes))

    def unsqueeze(a: Attributes, i: Inputs) -> Any:
        out, axes = i[0], _axes(a, i) or []
        for axis in sorted(k % (i[0].ndim + len(axes)) for k in axes):
            out = out.unsqueeze(axis)
        return out

    def gather(a: Attributes, i: Inputs) -> Any:
        axis = a.get("axis", 0) % i[0].ndim
        index = i[1] % i[0].shape[axis]
        out = i[0].index_select(axis, index.reshape(-1))
        return out.reshape([*i[0].shape[:axis], *index.shape, *i[0].shape[axis + 1 :]])

    return {
        "Reshape": reshape,
        "Flatten": flatten,
        "Squeeze": squeeze,
        "Unsqueeze": unsqueeze,
        "Gather": gather,
        "Transpose": lambda a, i: i[0].permute(a.get("perm", list(range(i[0].ndim))[::-1])),
        "Concat": lambda a, i: torch.cat(list(i), dim=a["axis"]),
        "Shape": lambda a, i: torch.tensor(i[0].shape[slice(a.get("start"), a.get("end"))]),
        "Cast": lambda a, i: i[0].to(_dtype(a["to"])),
    }


def _reductions() -> dict[str, Operator]:
    def reduced(name: str) -> Operator:
        def of(a: Attributes, i: Inputs) -> Any:
            axes = _axes(a, i)
            if axes is None and a.get("noop_with_empty_axes"):
                return i[0]
            dims = list(range(i[0].ndim)) if axes is None else axes
            return getattr(i[0], name)(dim=dims, keepdim=bool(a.get("keepdims", 1)))

        return of

    return {"ReduceMean": reduced("mean"), "ReduceSum": reduced("sum")}


def _padded(x: torch.Tensor, a: Attributes, n: int, value: float) -> torch.Tensor:
    from torch.nn import functional as f

    if a.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        raise NotConvertible("padding chosen by auto_pad")
    pads = list(a.get("pads", [0] * 2 * n))
    if not any(pads):
        return x
    return f.pad(x, [p for k in reversed(range(n)) for p in (pads[k], pads[k + n])], value=value)


def _axes(a: Attributes, i: Inputs) -> list[int] | None:
    if len(i) > 1 and i[1] is not None:
        return [int(k) for k in i[1].tolist()]
    return list(a["axes"]) if "axes" in a else None


def _dtype(code: int) -> torch.dtype:
    import torch

    known = {1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool, 11: torch.float64}
    if code not in known:
        raise NotConvertible(f"Cast to type {code}")
    return known[code]
