"""Plain text. It is harmless but for templates, YAML that names objects of Python, and programs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bartizan.formats.item import Item
from bartizan.formats.printable import printable
from bartizan.formats.verdict import Reason

from .chat_template import template_reasons

_LIMIT = 64 << 20
_PROGRAMS = frozenset(
    ".py .pyw .pyx .sh .bash .bat .cmd .ps1 .js .mjs .rb .pl .php .lua .jl .r .c .cc .cpp .cu .h .hpp .rs .go .java"  # noqa: SIM905
    " .ipynb .vbs .desktop .pth".split()
)
_TEMPLATES = frozenset({".jinja", ".jinja2", ".j2"})
_OBJECT = re.compile(rb"!!python/[\w/:.]+|!<tag:yaml.org,2002:python/[^>\s]+")


def reasons(item: Item) -> Iterator[Reason]:
    """Why a text should not be handed to whatever reads it."""
    raw = item.whole(_LIMIT)
    if item.suffix in _PROGRAMS:
        yield Reason("program", f"it is a program ({item.suffix})", 0, item.member)
        return
    for found in _OBJECT.finditer(raw):
        said = printable(found.group().decode("utf-8", "replace"))
        yield Reason("runs-code", f"it has YAML make an object of Python: {said}", found.start(), item.member)
    template = item.suffix in _TEMPLATES
    if template or (b"{%" in raw and b"%}" in raw) or (b"{{" in raw and b"}}" in raw):
        for r in template_reasons(raw.decode("utf-8", "replace")):
            if template or r.rule != "template-unknown":  # prose quotes braces that are no template
                yield Reason(r.rule, r.text, r.offset, item.member)
