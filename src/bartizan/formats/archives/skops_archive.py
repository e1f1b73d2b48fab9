"""What a skops archive would build: the types its schema names, held against scikit-learn's, NumPy's and SciPy's."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from bartizan.formats.bounded import member
from bartizan.formats.data.npz import npy_header
from bartizan.formats.item import Item
from bartizan.formats.nested import mappings
from bartizan.formats.pickles.names import Standing, standing
from bartizan.formats.torch_archives.saved import member_item
from bartizan.formats.verdict import Reason

_SCHEMA_LIMIT = 256 << 20
_TYPES = frozenset(
    f"builtins.{name}" for name in ("dict", "list", "tuple", "set", "str", "int", "float", "bool", "complex", "slice")
) | frozenset(
    {
        "builtins.bytes",
        "builtins.bytearray",
        "builtins.NoneType",
        "collections.OrderedDict",
        "collections.defaultdict",
        "numpy.ndarray",
        "numpy.matrix",
        "numpy.dtype",
        "numpy.random.RandomState",
        "numpy.random.mtrand.RandomState",
        "numpy.ma.MaskedArray",
        *(f"numpy.{n}" for n in ("float64", "float32", "int64", "int32", "int8", "uint8", "bool", "bool_", "str_")),
    }
)


def is_plain_type(name: str) -> bool:
    """Whether `module.Class` is one of scikit-learn's own types, or plain NumPy, SciPy or Python data."""
    return (
        name in _TYPES
        or name.startswith("numpy.dtypes.")
        or (name.startswith("scipy.sparse.") and name.endswith(("_array", "_matrix")))
        or standing(*name.rpartition(".")[::2]) is Standing.PLAIN
    )


def reasons(item: Item, archive: zipfile.ZipFile, judge: Callable[[Item], Iterator[Reason]]) -> Iterator[Reason]:
    """Why the archive should not be opened."""
    for info in archive.infolist():
        if info.filename == "schema.json":
            if info.file_size > _SCHEMA_LIMIT:
                yield Reason("limit", "a schema this large is not followed", 0, info.filename)
            else:
                yield from _types(json.loads(member(archive, info)), info.filename)
        elif info.filename.endswith(".npy"):
            npy_header(member(archive, info, 1 << 17), info.filename)
        elif info.filename.endswith((".pkl", ".pickle", ".py", ".so")):
            yield Reason("runs-code", "a file that no skops archive needs", 0, info.filename)
        elif not info.is_dir():
            yield from judge(member_item(item, archive, info))


def _types(schema: Any, member_name: str) -> Iterator[Reason]:
    told: set[str] = set()
    for item in mappings(schema):
        if item.get("__loader__") == "MethodNode" and str(_method(item)).startswith("_"):
            yield Reason("hidden-name", f"it would take the hidden method {_method(item)}", 0, member_name)
        if "__class__" in item and "__module__" in item:
            module, cls = str(item["__module__"]), str(item["__class__"])
            name = f"{module}.{cls}"
            if not is_plain_type(name) and name not in told:
                told.add(name)
                rule = "runs-code" if standing(module, cls) is Standing.RUNS else "unknown-name"
                yield Reason(rule, f"it would build {name[:120]}, which is not on the list", 0, member_name)


def _method(item: dict[str, Any]) -> Any:
    content = item.get("content")
    return content.get("func") if isinstance(content, dict) else None
