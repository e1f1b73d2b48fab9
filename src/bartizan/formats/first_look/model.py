"""Look at a model file without loading it: only headers and listings are read, and nothing is ever unpickled."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bartizan.core.errors import ModelError
from bartizan.formats.bounded import head, regular_file
from bartizan.formats.sniff import FileKind, sniff
from bartizan.formats.weights.safetensors_file import read_header

_MAX_HEADER = 64 << 20
_TAIL = 1 << 20
_LEGACY_TORCH = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"  # the magic number of torch.save before 1.6
_HEAD_NAMES = re.compile(r"(^|\.)(fc|head|classifier|output|out|logits|linear|last)", re.IGNORECASE)


@dataclass(frozen=True)
class ModelPeek:
    """What could be read off a model file. `remarks` are sentences for the reader of the stub.

    kind is the loader's `kind`. classes is what the file states; guessed_classes is what a layer's shape suggests.
    """

    kind: str
    classes: int | None = None
    guessed_classes: int | None = None
    input_shape: tuple[int, ...] | None = None
    features: tuple[str, ...] = ()
    artefacts: str = "unknown"
    remarks: tuple[str, ...] = ()


def peek_model(path: Path) -> ModelPeek:
    """Recognise a model by its content. Raises `ModelError` or `UnsafeFileError` when it cannot be described."""
    regular_file(path, "model", ModelError, remedy="correct its path on the command line")
    kind = sniff(path)
    if kind in _LOOKS:
        return _LOOKS[kind](path)
    if kind is FileKind.NPZ:
        raise ModelError(f"{path}: this is a NumPy archive of data, not a model; give it as the second argument")
    raise ModelError(
        f"{path}: cannot tell what model this is (it looks like: {kind}); safetensors, PyTorch archives, ONNX, "
        "XGBoost JSON or UBJSON, LightGBM text and skops files are recognised"
    )


def _pickle(path: Path) -> ModelPeek:
    torch = _LEGACY_TORCH in head(path, 64)
    return ModelPeek(
        "torch" if torch else "sklearn",
        artefacts="pickle",
        remarks=(
            "This file is a pickle: opening it can run code. It was not opened.",
            "Save it as safetensors (PyTorch) or skops (scikit-learn), or allow it with 'trust: pickle'.",
        ),
    )


def _torch(path: Path) -> ModelPeek:
    remark = "A PyTorch checkpoint holds a pickle; it is opened with weights_only. Safetensors is safer."
    return ModelPeek("torch", artefacts="pickle", remarks=(remark,))


def _torchscript(path: Path) -> ModelPeek:
    remark = "A TorchScript archive: its code runs inside PyTorch's own interpreter when it is loaded."
    return ModelPeek("torchscript", artefacts="pickle", remarks=(remark,))


def _torch_export(path: Path) -> ModelPeek:
    return ModelPeek("torch_export")


def _skops(path: Path) -> ModelPeek:
    return ModelPeek("sklearn", remarks=("A skops file: only scikit-learn's own types are opened.",))


def _safetensors(path: Path) -> ModelPeek:
    shapes = {name: tuple(entry["shape"]) for name, entry in read_header(path).items()}
    guess = _last_layer(shapes)
    remarks = [f"{len(shapes)} tensors, e.g. {', '.join(list(shapes)[:4])}."] if shapes else ["It holds no tensor."]
    if guess:
        remarks.append(f"The number of classes is a guess from the shape of '{guess[0]}'.")
    return ModelPeek(
        "torch", guessed_classes=guess[1] if guess else None, artefacts="safetensors", remarks=tuple(remarks)
    )


def _last_layer(shapes: dict[str, tuple[int, ...]]) -> tuple[str, int] | None:
    """The matrix that most likely gives the logits, and its number of rows."""
    matrices = [name for name, shape in shapes.items() if len(shape) == 2 and name.endswith("weight") and shape[0] > 1]
    if not matrices:
        return None
    last = max(matrices, key=lambda name: (bool(_HEAD_NAMES.search(name)), _natural(name)))
    return last, shapes[last][0]


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Sort key in which `fc10` follows `fc2`."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", name)]


def _lightgbm(path: Path) -> ModelPeek:
    text = head(path, _TAIL).decode("utf-8", "replace")
    fields = dict(line.split("=", 1) for line in text.split("\nTree=", 1)[0].splitlines() if "=" in line)
    return ModelPeek(
        "lightgbm",
        classes=_classes(fields.get("num_class"), fields.get("objective", "")),
        features=tuple(fields.get("feature_names", "").split()),
    )


def _classes(stated: object, objective: str) -> int | None:
    count = int(stated) if isinstance(stated, str) and stated.isdigit() and len(stated) < 7 else 0
    if count >= 2:
        return count
    return 2 if objective.startswith("binary") else None


def _xgboost_json(path: Path) -> ModelPeek:
    if path.stat().st_size > _MAX_HEADER:
        return ModelPeek("xgboost", remarks=("The file is too large to look into; the rest is asked for.",))
    learner = _json(path, path.read_bytes()).get("learner")
    if not isinstance(learner, dict):
        raise ModelError(f"{path}: this JSON file is not an XGBoost model")
    parameters, objective = learner.get("learner_model_param", {}), learner.get("objective", {})
    names = tuple(map(str, learner.get("feature_names", ())))
    width = str(parameters.get("num_feature", ""))
    return ModelPeek(
        "xgboost",
        classes=_classes(parameters.get("num_class"), str(objective.get("name", ""))),
        input_shape=(int(width),) if width.isdigit() and 0 < len(width) < 8 and int(width) else None,
        features=names,
    )


def _xgboost_ubj(path: Path) -> ModelPeek:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read(_TAIL)
    width = _ubj_text(tail, b"num_feature")
    return ModelPeek(
        "xgboost",
        classes=_classes(_ubj_text(tail, b"num_class"), "binary" if b"binary:" in tail else ""),
        input_shape=(int(width),) if width.isdigit() and 0 < len(width) < 8 and int(width) else None,
    )


def _ubj_text(data: bytes, key: bytes) -> str:
    """The text value that follows `key` in UBJSON: the mark S, L, a length of 8 bytes, the text."""
    at = data.rfind(key + b"SL")
    if at < 0:
        return ""
    at += len(key) + 2
    (length,) = struct.unpack(">q", data[at : at + 8].ljust(8, b"\0"))
    return data[at + 8 : at + 8 + min(max(length, 0), 64)].decode("ascii", "replace")


def _onnx(path: Path) -> ModelPeek:
    try:
        import onnx
    except ImportError:
        return ModelPeek("onnx", artefacts="onnx", remarks=("Install bartizan[onnx] to have its shapes read off.",))
    try:
        graph = onnx.load(str(path), load_external_data=False).graph
    except Exception as error:  # a damaged file can raise anything here
        raise ModelError(f"{path}: this is not an ONNX file that can be read ({type(error).__name__})") from None
    weights = {w.name for w in graph.initializer}
    inputs = [i for i in graph.input if i.name not in weights]
    shape = _onnx_shape(inputs[0])[1:] if inputs else ()
    outputs = [_onnx_shape(o) for o in graph.output]
    classes = next((o[-1] for o in outputs if len(o) == 2 and o[-1] > 1), None)
    return ModelPeek(
        "onnx",
        guessed_classes=classes,
        input_shape=shape if shape and all(n > 0 for n in shape) else None,
        artefacts="onnx",
        remarks=("The number of classes is the width of its output.",) if classes else (),
    )


def _onnx_shape(value: Any) -> tuple[int, ...]:
    return tuple(d.dim_value if d.HasField("dim_value") else 0 for d in value.type.tensor_type.shape.dim)


def _json(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise ModelError(f"{path}: the JSON in this file is damaged") from None
    return value if isinstance(value, dict) else {}


_LOOKS: dict[FileKind, Callable[[Path], ModelPeek]] = {
    FileKind.SAFETENSORS: _safetensors,
    FileKind.TORCH: _torch,
    FileKind.TORCHSCRIPT: _torchscript,
    FileKind.TORCH_EXPORT: _torch_export,
    FileKind.ONNX: _onnx,
    FileKind.PICKLE: _pickle,
    FileKind.SKOPS: _skops,
    FileKind.LIGHTGBM: _lightgbm,
    FileKind.XGBOOST_JSON: _xgboost_json,
    FileKind.XGBOOST_UBJ: _xgboost_ubj,
}
