"""`kind: onnx`: scores and labels by onnxruntime, as deployed; gradients where the graph has a PyTorch form.

The PyTorch form is used only when it agrees with onnxruntime on a few inputs; else the target is a black box.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bartizan.core.contracts import LoaderSpec, TargetLoader
from bartizan.core.data import Array
from bartizan.core.errors import ModelError
from bartizan.core.target import Target
from bartizan.formats.digest import file_digest
from bartizan.formats.onnx.wire import WireError, files_beside, outline
from bartizan.formats.sniff import FileKind
from bartizan.formats.user_code import told

from .estimator_target import EstimatorTarget, black_box
from .onnx_net import to_module, unknown_operators
from .onnx_operators import NotConvertible
from .opening import Opening, opening
from .outputs import raised_by
from .torch_target import TorchTarget, torch_target

_TOLERANCE = 1e-3  # largest difference of a probability between the two forms


class OnnxGraph(TargetLoader):
    """An ONNX file with one input."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(
        id="onnx", title="ONNX", summary="An ONNX graph, run by onnxruntime", kinds=("onnx",), extra="onnx"
    )

    def load(self, asset: Any, root: Path, *, classes: int, input_shape: tuple[int, ...]) -> Target:
        opened = opening(asset, root, classes=classes, input_shape=input_shape)
        path, _ = opened.safe_path(FileKind.ONNX)
        session = _Session(path, opened.name)
        opened = replace(opened, batch=session.batch)
        extra = tuple(file_digest(beside) for beside in files_beside(path))
        deployed = black_box(opened, session, extra=extra)
        twin = twin_of(path, session, opened, deployed)
        if not isinstance(twin, str):
            return OnnxTarget(deployed, twin)
        deployed.remark = twin
        return deployed

    def differentiable(self, load: Any, root: Path | None) -> bool:
        """Whether the graph has gradients, from the names of its operators alone."""
        if root is None:
            return False
        try:
            operators = outline((root / load.path).read_bytes()).operators
        except (OSError, WireError):
            return False
        return not unknown_operators(operators) and find_spec("torch") is not None


class OnnxTarget(TorchTarget):
    """Answers as onnxruntime does, with the gradients of the PyTorch form."""

    def __init__(self, deployed: EstimatorTarget, twin: TorchTarget) -> None:
        info = deployed.info.model_copy(update={"differentiable": True})
        super().__init__(info, twin._opening, twin._net, twin._core)
        self._deployed = deployed

    def scores(self, x: Array) -> Array:
        return self._deployed.scores(x)


def twin_of(path: Path, session: _Session, opened: Opening, deployed: Target) -> TorchTarget | str:
    """The PyTorch form, or one sentence that says why there is none."""
    if find_spec("torch") is None:
        return "no gradients: torch is not installed"
    import onnx

    unknown = unknown_operators(outline(path.read_bytes()).operators)
    if unknown:
        return f"no gradients: the operator {unknown[0]} has no PyTorch form here"
    try:
        twin = torch_target(opened, to_module(onnx.load(str(path)), session.output))
        _has_gradient(twin, opened.probes())
        gap = float(np.abs(twin.scores(opened.probes()) - deployed.scores(opened.probes())).max())
    except (NotConvertible, ModelError, KeyError, StopIteration) as cause:
        return f"no gradients: {cause.__cause__ or cause}"
    return twin if gap <= _TOLERANCE else f"no gradients: the PyTorch form differs from onnxruntime by {gap:.2g}"


def _has_gradient(twin: TorchTarget, x: Array) -> None:
    import torch

    with raised_by(twin.info.id):
        inputs = torch.from_numpy(x).requires_grad_()
        torch.autograd.grad(twin.logits(inputs).sum(), inputs)


class _Session:
    """One input to class scores, through onnxruntime on one thread."""

    def __init__(self, path: Path, name: str) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as cause:
            raise ModelError(f"the model '{name}': {path} does not load: {told(cause)}") from cause
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise ModelError(f"the model '{name}' has {len(inputs)} inputs; only models with one can be asked")
        self._input, self.output = inputs[0].name, _scores_output(self._session.get_outputs(), name)
        self._dtype = {"tensor(double)": np.float64, "tensor(float16)": np.float16}.get(inputs[0].type, np.float32)
        first = (inputs[0].shape or [None])[0]
        self.batch = first if isinstance(first, int) and first > 0 else None

    def __call__(self, x: Array) -> NDArray[Any]:
        size = self.batch or len(x)
        parts = [self._run(x[i : i + size], size) for i in range(0, len(x), size)]
        return np.concatenate(parts)

    def _run(self, x: Array, size: int) -> NDArray[Any]:
        filled = np.concatenate([x, np.repeat(x[-1:], size - len(x), axis=0)]) if len(x) < size else x
        (out,) = self._session.run([self.output], {self._input: filled.astype(self._dtype)})
        rows = [[row[k] for k in sorted(row)] for row in out] if isinstance(out, list) else out
        return np.asarray(rows)[: len(x)]


def _scores_output(outputs: Any, name: str) -> str:
    """The output that holds scores: the first of floating point, or the maps that scikit-learn's converter makes."""
    for kind in ("tensor(float", "tensor(double", "seq(map"):
        for output in outputs:
            if output.type.startswith(kind):
                return str(output.name)
    raise ModelError(f"the model '{name}' has no output with class scores")
