"""Chat templates: Jinja that a server renders with objects of Python in reach.

Parsed, never rendered. A template is approved when everything it does is on a short list of what templates of chat
models do. What puts a hidden attribute (`__class__`) together out of pieces, by whatever detour, is malicious; what
cannot be told is for people to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bartizan.formats.verdict import Reason

from .template_branches import Branches
from .template_names import Bindings
from .template_size import number_of, swells
from .template_texts import hidden_text, plain_key, texts_in
from .template_words import BUILDS, BY_NAME, CALLED, FILTERS, FORBIDDEN, METHODS, ROUNDABOUT, TESTS

TEMPLATES = frozenset({".jinja", ".jinja2", ".j2"})  # ends of the names of templates
_LENGTH_LIMIT = 512 << 10
_TAGS = re.compile(r"\{%-?\s*(?:end)?generation\s*-?%\}")  # a tag of Hugging Face's own, which marks and does nothing
_LONG = 100_000  # times round a loop over constants


def template_reasons(source: str) -> Iterator[Reason]:
    """Why a template should not be rendered; each once."""
    yield from dict.fromkeys(_reasons(source))


def _reasons(source: str) -> Iterator[Reason]:
    from jinja2 import Environment, TemplateError

    if len(source) > _LENGTH_LIMIT:
        yield Reason("template-unknown", f"a template of {len(source):,} characters is not followed")
        return
    environment = Environment(extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do"], autoescape=False)
    try:
        tree = environment.parse(_TAGS.sub("", source))
    except (TemplateError, RecursionError, ValueError) as cause:
        yield Reason("template-unknown", f"the template cannot be parsed ({str(cause)[:80]})")
        return
    try:
        yield from _Walk().run(tree)
    except RecursionError:
        yield Reason("template-unknown", "the template is nested too deeply to be followed")


class _Walk:
    def __init__(self) -> None:
        self.constants: dict[str, set[str]] = {}

    def run(self, tree: Any) -> Iterator[Reason]:
        from jinja2 import nodes

        self.names = Bindings(tree)
        for text in swells(tree):
            yield Reason("bomb", text)
        for set_ in tree.find_all(nodes.Assign):
            if isinstance(set_.target, nodes.Name):
                self.constants.setdefault(set_.target.name, set()).update(texts_in(set_.node))
        self.branches = Branches(tree, self.constants)
        told: set[Reason] = set()
        for node in tree.find_all(nodes.Node):
            for reason in self.node(node):
                if reason not in told:
                    told.add(reason)
                    yield replace(reason, text=f"{reason.text} (line {node.lineno} of the template)")

    def node(self, node: Any) -> Iterator[Reason]:
        look = getattr(self, f"on_{type(node).__name__.lower()}", None)
        if look is not None:
            yield from look(node)
        if said := self.branches.told(node):
            yield Reason("branches-on-content", said)

    def on_const(self, node: Any) -> Iterator[Reason]:
        if isinstance(node.value, str) and re.search(r"__\w+__|\{[^{}]*\._", node.value):
            yield _escape(f"it holds the text {node.value[:40]!r}")

    def on_name(self, node: Any) -> Iterator[Reason]:
        if node.name in FORBIDDEN or node.name.startswith("__"):
            yield _escape(f"it names {node.name}, through which Python is reached")

    def on_getattr(self, node: Any) -> Iterator[Reason]:
        if node.attr.startswith("_"):
            yield _escape(f"it reads the hidden attribute {node.attr[:40]}")
        elif node.attr in ROUNDABOUT:
            yield _unknown(f"it uses .{node.attr}")

    def on_getitem(self, node: Any) -> Iterator[Reason]:
        from jinja2 import nodes

        key = node.arg
        if isinstance(key, nodes.Const):
            if isinstance(key.value, str) and key.value.startswith("_"):
                yield _escape(f"it reads the hidden attribute {key.value[:40]!r}")
            elif key.value in ROUNDABOUT:
                yield _unknown(f"it uses {key.value!r}")
        elif isinstance(key, nodes.Slice):
            if hidden_text(node, self.constants):
                yield _escape("it turns a text round or cuts it into a hidden name")
        elif not plain_key(key) or self.names.puts_together(key):
            yield from self.put_together(key, "a key")

    def put_together(self, node: Any, what: str) -> Iterator[Reason]:
        if hidden_text(node, self.constants):
            yield _escape(f"it puts a hidden name together for {what}")
        else:
            yield _unknown(f"it puts {what} together while it runs")

    def on_filter(self, node: Any) -> Iterator[Reason]:
        from jinja2 import nodes

        if node.name == "attr":
            (arg,) = node.args[:1] or [nodes.Const(None)]
            plain = isinstance(arg, nodes.Const) and isinstance(arg.value, str) and not arg.value.startswith("_")
            yield (
                _unknown("it uses the filter attr")
                if plain
                else _escape("it reads an attribute it puts together (attr)")
            )
        elif node.name in BY_NAME:
            yield from self.attributes(node)
        elif node.name not in FILTERS:
            built = hidden_text(node, self.constants) and node.name in BUILDS
            yield (
                _escape(f"it puts a hidden name together ({node.name})")
                if built
                else _unknown(f"it uses the filter {node.name[:40]}")
            )
        elif hidden_text(node, self.constants):
            yield _escape(f"it puts a hidden name together ({node.name})")

    def attributes(self, node: Any) -> Iterator[Reason]:
        """Filters that read attributes, or apply another filter, by name."""
        from jinja2 import nodes

        at = BY_NAME[node.name]
        given = [*node.args[at : at + 1], *(k.value for k in node.kwargs if k.key == "attribute")]
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            yield _unknown(f"it gives the filter {node.name} arguments that it puts together")
        for value in given:
            text = value.value if isinstance(value, nodes.Const) else None
            if isinstance(text, str) and (text.startswith("_") or "._" in text):
                yield _escape(f"it reads the hidden attribute {text[:40]!r} ({node.name})")
            elif node.name == "map" and text is not None and value in node.args and text in ("attr", *BUILDS):
                yield _escape(f"it reads attributes by the filter map({text!r})")
            elif node.name == "map" and value in node.args and (text in BY_NAME or text not in FILTERS):
                yield _unknown(f"it applies the filter map({str(text)[:40]!r})")
            elif not isinstance(value, nodes.Const):
                yield from self.put_together(value, f"an attribute ({node.name})")

    def on_test(self, node: Any) -> Iterator[Reason]:
        if node.name not in TESTS:
            yield _unknown(f"it uses the test {node.name[:40]}")

    def on_call(self, node: Any) -> Iterator[Reason]:
        from jinja2 import nodes

        called = node.node
        if isinstance(called, nodes.Name):
            if called.name not in CALLED | self.names.macros and called.name not in FORBIDDEN:
                yield _unknown(f"it calls {called.name[:40]}")
            elif called.name in self.names.bound:
                yield _unknown(f"it calls {called.name[:40]}, which it sets itself")
            if called.name == "range" and any(_long(number_of(a)) for a in node.args):
                yield Reason("bomb", "it counts through a range without end")
            if any(k.key.startswith("_") or "__" in k.key for k in node.kwargs):
                yield _escape("it hides a name in the keys of a dict")
        elif isinstance(called, nodes.Getattr):
            if called.attr not in METHODS and not called.attr.startswith("_"):
                yield _unknown(f"it calls .{called.attr[:40]}")
            elif f".{called.attr}" in self.names.given:
                yield _unknown(f"it calls .{called.attr[:40]}, which it sets itself")
        else:
            yield _unknown("it calls what it has put together")

    def _outside(self, node: Any) -> Iterator[Reason]:
        yield _escape(f"it reads another template ({type(node).__name__.lower()})")

    on_include = on_import = on_fromimport = on_extends = _outside

    def on_add(self, node: Any) -> Iterator[Reason]:
        if hidden_text(node, self.constants):
            yield _escape("it puts a hidden name together")

    on_concat = on_add

    def on_mod(self, node: Any) -> Iterator[Reason]:
        """Of numbers; a text on the left is written out, and with it any character by its code."""
        code = number_of(node.right)
        if hidden_text(node, self.constants):
            yield _escape("it puts a hidden name together")
        elif not self.names.is_number(node.left) and code in (None, 0, ord("_")):
            yield _unknown("it formats a text (%)")

    def on_mul(self, node: Any) -> Iterator[Reason]:
        sides = [number_of(side) for side in (node.left, node.right)]
        if hidden_text(node, self.constants):
            yield _escape("it puts a hidden name together")
        elif any(_long(side) for side in sides) and not all(side is not None for side in sides):
            yield Reason("bomb", "it repeats a text past any use")

    def on_pow(self, node: Any) -> Iterator[Reason]:
        yield _unknown("it takes a number to a power")

    def on_dict(self, node: Any) -> Iterator[Reason]:
        from jinja2 import nodes

        if not all(isinstance(pair.key, nodes.Const) for pair in node.items):
            yield _unknown("it makes a dict with keys that it puts together")


def _escape(text: str) -> Reason:
    return Reason("template-escape", text)


def _unknown(text: str) -> Reason:
    return Reason("template-unknown", text)


def _long(value: Any) -> bool:
    return isinstance(value, int) and abs(value) > _LONG
