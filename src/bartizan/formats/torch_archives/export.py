"""What a `torch.export` archive would do.

`torch.export.load` unpickles members marked so, hands expressions to a parser that evaluates them, looks operators up
by attribute (so that `torch.os.system` is one), and compiles guards to Python. Each of these is checked against a
short list here, and what is not on it counts against the file. Read from torch 2.13:
`torch/export/pt2_archive/_package.py`, `torch/_export/serde/serialize.py`.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from bartizan.formats.bounded import member
from bartizan.formats.item import Item
from bartizan.formats.pickles.names import Standing, standing
from bartizan.formats.verdict import Reason

from .saved import member_item

_JSON_LIMIT = 256 << 20
_TARGET = re.compile(
    r"torch\.ops\.(?:aten|prims|quantized_decomposed)\.(?!from_file)\w+(?:\.\w+)?"
    r"|_operator\.(?:add|sub|mul|floordiv|truediv|mod|neg|pow|eq|ne|lt|le|gt|ge|and_|or_|not_|getitem)"
    r"|math\.\w+|torch\.sym_(?:int|float|max|min|not|ite|sum|sqrt)"
)
_NAME = re.compile(r"[\w.]*")
_WORDS = re.compile(r"[^\W\d]\w*")
_SYMBOL = re.compile(r"[suz]\d+|u\w*\d+")
_FUNCTIONS = frozenset(
    re.split(
        r"\s+",
        "Max Min Mod PythonMod FloorDiv CleanDiv CeilDiv CeilToInt FloorToInt TruncToInt ToFloat Pow PowByNatural Eq Ne"
        " Lt Le Gt Ge And Or Not Abs floor ceiling int_oo oo true false True False IntTrueDiv FloatTrueDiv Where"
        " ModularIndexing Symbol positive integer nonnegative",
    )
)
_GUARD_WORDS = _FUNCTIONS | {
    "L",
    "args",
    "kwargs",
    "size",
    "stride",
    "storage_offset",
    "and",
    "or",
    "not",
    "is",
    "None",
}
_QUOTED = re.compile(r"'[\w.]*'|\"[\w.]*\"")
# Numbers and marks that are read as such.
_PLAIN = re.compile(
    r"(?:^|/)(?:version|archive_format|archive_version|byteorder|\.data/serialization_id|\.format_version"
    r"|\.storage_alignment|(?:weight|param|buffer|tensor|constant)_\d+)$"
)
_RUN = ("/custom_obj", "/opaque_obj", "aotinductor/")
_EXPRESSION = re.compile(r"[\w\s+\-*/%(),.<>=!&|~]*")


def reasons(item: Item, archive: zipfile.ZipFile, judge: Callable[[Item], Iterator[Reason]]) -> Iterator[Reason]:
    """Why the archive should not be opened."""
    for info in archive.infolist():
        inner = info.filename.split("/", 1)[-1] if not info.filename.startswith("serialized") else info.filename
        if inner.lower().endswith(".json"):  # torch finds members whatever their capitals
            if info.file_size > _JSON_LIMIT:
                yield Reason("limit", "a graph this large is not followed", 0, info.filename)
            else:
                yield from _graph(json.loads(member(archive, info)), info.filename)
        elif inner.endswith(".pt"):
            if info.file_size:
                yield from judge(member_item(item, archive, info))
        elif any(part in inner for part in _RUN) or inner.endswith((".so", ".py", ".cpp", ".pkl")):
            yield Reason("runs-code", "an object or code that runs when it is opened", 0, info.filename)
        elif not (info.is_dir() or _PLAIN.search(inner)):
            yield from judge(member_item(item, archive, info))


def _graph(value: Any, name: str) -> Iterator[Reason]:
    """Every string that torch would look up, evaluate or compile is judged by its key. Each reason once."""
    yield from dict.fromkeys(_walk(value, name))


def _walk(value: Any, name: str) -> Iterator[Reason]:
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        key, item = stack.pop()
        if isinstance(item, dict):
            if item.get("use_pickle"):
                said = f"the payload {str(item.get('path_name'))[:80]!r} is unpickled when opened"
                yield Reason("custom-code", said, 0, name)
            stack += [(str(k), v) for k, v in item.items() if k not in ("metadata", "stack_trace")]
        elif isinstance(item, list):
            stack += [(key, v) for v in item]
        elif isinstance(item, str):
            yield from _judged(key, item, name)


def _judged(key: str, text: str, name: str) -> Iterator[Reason]:
    if key == "target" and not (_TARGET.fullmatch(text) or (_NAME.fullmatch(text) and "." not in text)):
        if not _is_state(text):
            rule = "custom-code" if text.startswith("torch.ops.") and not _walks(text) else "runs-code"
            yield Reason(rule, f"its graph calls {text[:80]!r}, which is not an operator of torch", 0, name)
    elif key in ("expr_str", "guards_code") and not _plain_expression(text, guard=key == "guards_code"):
        yield Reason("runs-code", f"it has an expression evaluated as code: {text[:80]!r}", 0, name)
    elif key == "name" and not _NAME.fullmatch(text):
        yield Reason("lies", f"a name in its graph is not a name: {text[:80]!r}", 0, name)


def _walks(target: str) -> bool:
    """Whether a target leads through the namespace of operators into Python."""
    parts = target.split(".")[2:]
    return any(p.startswith("__") or standing(p, "") is Standing.RUNS for p in parts)


def _is_state(text: str) -> bool:
    """A parameter's or buffer's dotted name, which is never looked up in a module of Python."""
    return bool(_NAME.fullmatch(text)) and not text.startswith(("torch", "_operator", "math", "#"))


def _plain_expression(text: str, *, guard: bool) -> bool:
    known = _GUARD_WORDS if guard else _FUNCTIONS
    bare = re.sub(r"[\[\]]", " ", _QUOTED.sub(" ", text)) if guard else re.sub(r"'[suz]\d+'", " ", text)
    words = _WORDS.findall(bare)
    dotted = not guard and re.search(r"\.\s*[^\W\d]", bare) is not None
    return bool(_EXPRESSION.fullmatch(bare)) and not dotted and all(w in known or _SYMBOL.fullmatch(w) for w in words)
