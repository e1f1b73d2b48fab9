"""What a configuration makes its loader import, fetch or open: transformers, sentence-transformers, PEFT, Hydra."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bartizan.formats.archives.zip_layout import escapes
from bartizan.formats.nested import mappings
from bartizan.formats.printable import printable
from bartizan.formats.verdict import Reason

_REMOTE = ("auto_map", "custom_pipelines", "trust_remote_code", "_target_", "loader_module")
_KERNELS = "_implementation"  # of attention, of experts: a name with a slash is a repository that is fetched
_OWN = ("sentence_transformers.", "transformers.", "peft.")


def reasons(value: Any) -> Iterator[Reason]:
    """Why a loader should not be given this configuration (parsed JSON)."""
    for item in mappings(value):
        yield from _modules(item)
        for name, inner in item.items():
            yield from _entry(name, inner)


def _entry(name: str, inner: Any) -> Iterator[Reason]:
    if name in _REMOTE and inner:
        yield _imports(name, inner)
    elif name.endswith(_KERNELS) and isinstance(inner, str) and "/" in inner:
        yield Reason("remote-code", f"it has a loader fetch code ({name}: {printable(inner)})")
    elif name == "auto_mapping" and isinstance(inner, dict) and not _is_own(inner.get("parent_library")):
        yield _imports("parent_library", inner.get("parent_library"))
    elif name == "weight_map" and isinstance(inner, dict):
        out = next((v for v in inner.values() if isinstance(v, str) and escapes(v)), None)
        if out is not None:
            yield Reason("escape", f"it has weights read from outside its folder: {printable(out)}")


def _modules(item: dict[str, Any]) -> Iterator[Reason]:
    """An entry of sentence-transformers' modules.json: the class it names is imported."""
    if {"idx", "path", "type"} <= item.keys():
        if not _is_own(item["type"]):
            yield _imports("type", item["type"])
        if isinstance(item["path"], str) and escapes(item["path"]):
            yield Reason("escape", f"it has a module read from outside its folder: {printable(item['path'])}")


def _is_own(module: Any) -> bool:
    return isinstance(module, str) and f"{module}.".startswith(_OWN)


def _imports(name: str, inner: Any) -> Reason:
    first = next(iter(inner.values()), "") if isinstance(inner, dict) else inner
    return Reason("remote-code", f"it has a loader import code of its own ({name}: {printable(str(first))})")
