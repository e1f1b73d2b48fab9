"""ONNX: onnxruntime's answers, PyTorch's gradients, and a black box that names the operator it lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from bartizan.core.errors import AccessDenied, ModelError, UnsafeFileError
from bartizan.core.system import ModelAsset
from bartizan.targets.onnx_graph import _Session, twin_of
from bartizan.targets.onnx_net import to_module
from bartizan.targets.onnx_operators import KNOWN, operators
from bartizan.targets.open import is_differentiable, open_target

torch.set_num_threads(1)
RNG = np.random.default_rng(0)
SHAPE = (2, 6, 6)
X = RNG.random((5, *SHAPE)).astype(np.float32)


def _model(nodes: list[Any], given: dict[str, Any], *, batch: int | str = "n", out: str = "y", opset: int = 17) -> Any:
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, *SHAPE])],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(a), n) for n, a in given.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def _node(kind: str, inputs: str, output: str, **attributes: Any) -> Any:
    return helper.make_node(kind, inputs.split(), [output], **attributes)


def _w(*shape: int) -> Any:
    return RNG.normal(size=shape).astype(np.float32) * 0.5


def _net(batch: int | str = "n", end: str = "Identity") -> Any:
    nodes = [
        _node("Conv", "x cw cb", "a", pads=[1, 0, 1, 2], strides=[1, 2]),
        _node("BatchNormalization", "a s b m v", "bn"),
        _node("Relu", "bn", "r"),
        _node("MaxPool", "r", "p", kernel_shape=[2, 2], pads=[1, 0, 0, 0]),
        _node("AveragePool", "p", "q", kernel_shape=[2, 2], pads=[1, 1, 1, 1]),
        _node("Flatten", "q", "f"),
        _node("Gemm", "f gw gb", "g", transB=1),
        _node(end, "g", "y"),
    ]
    given = {"cw": _w(4, 2, 3, 3), "cb": _w(4), "s": _w(4), "b": _w(4), "m": _w(4), "v": np.abs(_w(4)) + 0.5}
    width = 4 * 7 * 3
    return _model(nodes, {**given, "gw": _w(3, width), "gb": _w(3)}, batch=batch)


def _open(folder: Path, model: Any, classes: int = 3, **load: Any) -> Any:
    onnx.save(model, folder / "m.onnx")
    given = {"kind": "onnx", "path": "m.onnx", "bounds": [0.0, 1.0], **load}
    asset = ModelAsset.model_validate({"id": "reader", "load": given})
    return open_target(asset, folder, classes=classes, input_shape=SHAPE)


def test_the_table_of_operators_is_the_list_of_known_ones() -> None:
    assert set(operators()) | {"Constant"} == KNOWN


@pytest.mark.parametrize("batch", ["n", 1, 4])
@pytest.mark.parametrize("end", ["Identity", "Softmax"])
def test_gradients_belong_to_the_scores(tmp_path: Path, batch: int | str, end: str) -> None:
    target = _open(tmp_path, _net(batch, end))
    assert target.info.differentiable
    with torch.no_grad():
        form = torch.softmax(target.logits(torch.from_numpy(X)), 1).numpy()
    np.testing.assert_allclose(form, target.scores(X), atol=1e-5)
    x = torch.from_numpy(X).requires_grad_()
    (gradient,) = torch.autograd.grad(target.logits(x)[:, 0].sum(), x)
    step = 1e-2 * gradient.sign().numpy()
    assert (np.log(target.scores(X + step)[:, 0]) > np.log(target.scores(X - step)[:, 0])).mean() > 0.5
    moved = target.with_parameters({k: v * 0 for k, v in target.parameters().items()}, digest="zero")
    np.testing.assert_allclose(moved.scores(X), 1 / 3, atol=1e-6)


CASES: dict[str, tuple[list[Any], dict[str, Any], int]] = {
    "shapes": (
        [
            _node("Shape", "x", "s"),
            _node("Gather", "s zero", "n"),
            _node("Unsqueeze", "n axis", "n1"),
            _node("Concat", "n1 minus", "to", axis=0),
            _node("Reshape", "x to", "y"),
        ],
        {"zero": np.int64(0), "axis": np.array([0]), "minus": np.array([-1])},
        17,
    ),
    "transpose": ([_node("Transpose", "x", "t", perm=[0, 3, 1, 2]), _node("ReduceMean", "t", "y", axes=[-1])], {}, 17),
    "arithmetic": (
        [
            _node("Sub", "x a", "b"),
            _node("Div", "b c", "d"),
            _node("Mul", "d c", "e"),
            _node("MatMul", "e w", "f"),
            _node("Clip", "f low", "g"),
            _node("Tanh", "g", "y"),
        ],
        {"a": _w(2, 1, 1), "c": np.float32(2), "w": _w(6, 3), "low": np.float32(-0.5)},
        17,
    ),
    "old softmax": ([_node("Softmax", "x", "y", axis=2)], {}, 11),
    "new softmax": ([_node("Softmax", "x", "y", axis=1)], {}, 13),
    "log softmax": ([_node("LogSoftmax", "x", "y")], {}, 13),
    "old clip": ([_node("Clip", "x", "y", min=0.2, max=0.7)], {}, 6),
    "pools": ([_node("GlobalAveragePool", "x", "p"), _node("Squeeze", "p axes", "y")], {"axes": np.array([2, 3])}, 17),
    "old squeeze": ([_node("GlobalMaxPool", "x", "p"), _node("Squeeze", "p", "y", axes=[2, 3])], {}, 11),
    "activations": (
        [_node("Sub", "x h", "s"), *(_node(k, i, o) for k, i, o in
         (("LeakyRelu", "s", "a"), ("Elu", "a", "b"), ("HardSigmoid", "b", "c"), ("HardSwish", "c", "d"),
          ("Softplus", "d", "e"), ("Erf", "e", "f"), ("Sigmoid", "f", "y")))],
        {"h": np.float32(0.5)},
        17,
    ),
    "reshape kept and literal": (
        [_node("Reshape", "x to", "r"), _node("Reshape", "r all", "y", allowzero=1)],
        {"to": np.array([0, 2, -1]), "all": np.array([-1, 72])},
        17,
    ),
    "flatten from 2": ([_node("Flatten", "x", "y", axis=2)], {}, 17),
    "counted pads": (
        [_node("AveragePool", "x", "y", kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)],
        {},
        17,
    ),
    "groups": ([_node("Conv", "x w", "y", group=2, dilations=[2, 1])], {"w": _w(4, 1, 2, 3)}, 17),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_operator_computes_what_onnxruntime_computes(tmp_path: Path, case: str) -> None:
    nodes, given, opset = CASES[case]
    model = _model(nodes, given, opset=opset)
    onnx.save(model, tmp_path / "m.onnx")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    (want,) = onnxruntime.InferenceSession(str(tmp_path / "m.onnx"), options).run(None, {"x": X})
    with torch.no_grad():
        got = to_module(model, "y")(torch.from_numpy(X)).numpy()
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, atol=1e-5)


def _odd() -> Any:
    model = _net()
    model.graph.node[2].op_type = "Celu"
    return model


def test_an_operator_without_a_form_makes_a_black_box_that_names_it(tmp_path: Path) -> None:
    target = _open(tmp_path, _odd())
    assert not target.info.differentiable
    assert target.scores(X).shape == (5, 3)
    with pytest.raises(AccessDenied):
        target.logits(torch.from_numpy(X))
    session = _Session(tmp_path / "m.onnx", "reader")
    assert "Celu" in str(twin_of(tmp_path / "m.onnx", session, target._opening, target))


def test_a_form_that_disagrees_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {**operators(), "Relu": lambda a, i: i[0]}
    monkeypatch.setattr("bartizan.targets.onnx_net.operators", lambda: wrong)
    assert not _open(tmp_path, _net()).info.differentiable


def test_planning_knows_gradients_from_the_names_of_the_operators(tmp_path: Path) -> None:
    for model, has in ((_net(), True), (_odd(), False)):
        onnx.save(model, tmp_path / "m.onnx")
        asset = ModelAsset.model_validate({"id": "r", "load": {"kind": "onnx", "path": "m.onnx"}})
        assert is_differentiable(asset.load, tmp_path) is has


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="3 classes apart"):
        _open(tmp_path, _net(), classes=4)
    outside = _net()
    tensor = outside.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.ClearField("raw_data")
    tensor.external_data.add(key="location", value="../../secret")
    with pytest.raises(UnsafeFileError, match="outside its folder"):
        _open(tmp_path, outside)
    foreign = _net()
    foreign.graph.node[2].domain = "evil.corp"
    with pytest.raises(UnsafeFileError, match="native code"):
        _open(tmp_path, foreign)
