"""Plain text. It is harmless but for templates, YAML that names objects of Python, and programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from bartizan.formats.item import Item
from bartizan.formats.printable import printable
from bartizan.formats.sniff import FileKind
from bartizan.formats.verdict import Reason

from .chat_template import TEMPLATES, template_reasons

_LIMIT = 64 << 20
PROGRAMS = frozenset(
    ".py .pyw .pyx .sh .bash .bat .cmd .ps1 .js .mjs .rb .pl .php .lua .jl .r .c .cc .cpp .cu .h .hpp .rs .go .java"  # noqa: SIM905
    " .ipynb .vbs .desktop .pth".split()
)
TEXTS = TEMPLATES | {".yaml", ".yml"}
TEXT_KINDS = frozenset({FileKind.TEXT, FileKind.CSV, FileKind.JSON, FileKind.LIGHTGBM, FileKind.XGBOOST_JSON})
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_TAG = re.compile(rb"(?m)^%TAG[ \t].*|!![\w/:.%-]+|!<[^>\s]+>?")
# Hydra builds what `_target_` names; MLflow imports what `loader_module` does, its own modules aside. Keys of YAML may
# stand anywhere in a line, or in the line before their colon.
_IMPORTS = re.compile(rb"(?<!\w)(?:_target_[\"']?\s*:|loader_module[\"']?\s*:(?![ \t]*[\"']?mlflow\b)).*")
_QUOTED = ("template-unknown", "branches-on-content")  # nothing in prose, which quotes braces and templates
_ESCAPES = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|u00([0-9a-fA-F]{2})|U000000([0-9a-fA-F]{2})|\r?\n[ \t]*)")
_OWN_TAGS = re.compile(
    rb"%TAG[ \t]+\S+[ \t]+(?:!|tag:(?!yaml\.org,2002:\S))"
)  # a prefix within YAML's own may be any tag
# Entities of XML that are read from elsewhere, and those that are made of each other.
_ENTITY = re.compile(rb"<!ENTITY\s[^>]{0,4096}?(?:\s(SYSTEM|PUBLIC)\s|&[\w.:-]{1,256};)")


def reasons(item: Item) -> Iterator[Reason]:
    """Why a text should not be handed to whatever reads it."""
    raw = item.whole(_LIMIT)
    if odd := _CONTROLS.search(raw):
        yield Reason("lies", "it is no text from end to end", odd.start(), item.member)
    yield from _yaml(raw, item.member)
    if found := _ENTITY.search(raw):
        outside = "it has XML read another file" if found[1] else "its XML is made of entities within each other"
        yield Reason("escape" if found[1] else "bomb", outside, found.start(), item.member)
    yield from _templates(item, raw)


def _yaml(raw: bytes, member: str) -> Iterator[Reason]:
    """Tags of YAML that name objects of Python, however they are written, and keys that name code to be imported."""
    for found in _TAG.finditer(raw):
        tag = unquote_to_bytes(found.group())
        if b"python" in tag:
            said = printable(tag.decode("utf-8", "replace"))
            yield Reason("runs-code", f"it has YAML make an object of Python: {said}", found.start(), member)
        elif tag.startswith(b"%TAG") and not _OWN_TAGS.match(tag):
            said = printable(tag.decode("utf-8", "replace").strip())
            yield Reason("hidden-name", f"it gives YAML's tags another meaning: {said}", found.start(), member)
    plain = _ESCAPES.sub(_unescaped, raw) if b"\\" in raw else raw
    for found in _IMPORTS.finditer(plain):
        said = printable(" ".join(found.group().decode("utf-8", "replace").split()))
        at = found.start() if len(plain) == len(raw) else 0
        yield Reason("remote-code", f"it has a loader import code of its own ({said})", at, member)


def _unescaped(found: re.Match[bytes]) -> bytes:
    digits = found[1] or found[2] or found[3]
    return bytes([int(digits, 16)]) if digits else b""


def _templates(item: Item, raw: bytes) -> Iterator[Reason]:
    template = item.suffix in TEMPLATES
    if template or (b"{%" in raw and b"%}" in raw) or (b"{{" in raw and b"}}" in raw):
        for r in template_reasons(raw.decode("utf-8", "replace")):
            if template or r.rule not in (
                "template-unknown",
                "branches-on-content",
            ):  # prose quotes braces that are no template
                yield Reason(r.rule, r.text, r.offset, item.member)
