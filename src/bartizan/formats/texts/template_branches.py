"""Where a chat template does something else for some messages, or on some days: a backdoor that needs no weights.

Honest templates look into messages as well, for marks of their own (`</think>`, `[INST]`, `/no_think`). So what counts
is a word as people write it: content that is tested for one, cut at one or has one put in place of another, and a date
that is held against a constant. A trigger that is itself a mark, or is put together, is not told from an honest one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_CONTENT = frozenset({"content", "text"})
_NAMES_OF_DATES = frozenset({"date_string", "strftime_now"})
_LOOKS = frozenset(
    "startswith endswith find index count split rsplit partition rpartition replace removeprefix removesuffix".split()  # noqa: SIM905
)
_COMPARING = frozenset("eq equalto ne in sameas gt lt ge le greaterthan lessthan".split())  # noqa: SIM905
_PICKING = frozenset({"selectattr", "rejectattr", "select", "reject"})
_WRITTEN_OUT = frozenset({"tojson", "string"})
_MARKS = re.compile(r"[<>|\[\]{}/\\_#*=]")


class Branches:
    """What is read from content and dates, under whatever name. constants: texts set under each name."""

    def __init__(self, tree: Any, constants: dict[str, set[str]]) -> None:
        self.constants = constants
        self.content: set[str] = set()
        self.dates = set(_NAMES_OF_DATES)
        given = list(_given(tree))
        for _ in range(len(given) + 1):
            before = len(self.content) + len(self.dates)
            for name, value, looped in given:
                if self._is_content(value) and not (looped and _plain_read(value)):
                    self.content.add(name)
                if self._is_date(value):
                    self.dates.add(name)
            if len(self.content) + len(self.dates) == before:
                break

    def told(self, node: Any) -> str:
        """What this node does that an honest template need not, as a sentence; "" for nothing."""
        look = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        return look(node) if look is not None else ""

    def _of_compare(self, node: Any) -> str:
        return self._held_against([node.expr, *(operand.expr for operand in node.ops)])

    def _of_test(self, node: Any) -> str:
        return self._held_against([node.node, *node.args]) if node.name in _COMPARING else ""

    def _held_against(self, sides: list[Any]) -> str:
        for side in sides:
            others = [other for other in sides if other is not side]
            if self._is_content(side) and (word := self._word(others)):
                return f"it does something else where a message has the word {word!r}"
            if self._is_date(side) and any(_constant(other) for other in others):
                return "it does something else on some days"
        return ""

    def _of_call(self, node: Any) -> str:
        called = node.node
        method = getattr(called, "attr", "")
        if method not in _LOOKS:
            return ""
        if method == "replace":
            return self._put_in_place(called.node, node.args)
        if self._is_content(called.node) and (word := self._word(node.args)):
            return f"it looks for the word {word!r} in messages"
        if self._is_date(called.node) and any(_constant(arg) for arg in node.args):
            return "it looks for a day in the date"
        return ""

    def _of_filter(self, node: Any) -> str:
        if node.name == "replace" and node.node is not None:
            return self._put_in_place(node.node, node.args)
        by_attribute = node.name.endswith("attr")
        picks = _names_content(node) if by_attribute else node.name in _PICKING and self._is_content(node.node)
        if picks and (word := self._word(node.args[2 if by_attribute else 1 :])):
            return f"it picks messages by the word {word!r}"
        return ""

    def _put_in_place(self, text: Any, args: list[Any]) -> str:
        if self._is_content(text) and (word := self._word(args[:1])):
            return f"it puts something else in place of the word {word!r} in messages"
        return ""

    def _of_getitem(self, node: Any) -> str:
        from jinja2 import nodes

        chosen = isinstance(node.node, nodes.Dict) and self._is_content(node.arg)
        return "it looks up what to write by what a message says" if chosen else ""

    def _word(self, given: list[Any]) -> str:
        """A word that people write, among the constants of the expressions or of the names in them."""
        from jinja2 import nodes

        for node in given:
            for inner in (node, *node.find_all(nodes.Node)):
                texts = {inner.value} if isinstance(inner, nodes.Const) else set()
                if isinstance(inner, nodes.Name) and inner.name not in self.content:
                    texts = self.constants.get(inner.name, set())
                for text in sorted(t for t in texts if isinstance(t, str)):
                    if re.search(r"[^\W\d_]", text) and not _MARKS.search(text):
                        return text[:40]
        return ""

    def _is_content(self, node: Any) -> bool:
        from jinja2 import nodes

        if isinstance(node, nodes.Name):
            return node.name in self.content
        if isinstance(node, nodes.Getattr | nodes.Getitem) and isinstance(key := _key(node), str):
            return key in _CONTENT
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):
            got = node.node.attr == "get" and any(getattr(a, "value", None) in _CONTENT for a in node.args[:1])
            return got or self._is_content(node.node.node)
        if isinstance(node, nodes.Filter):
            if node.name in ("length", "count", *_PICKING):
                return False
            written = node.name in _WRITTEN_OUT and _reads_messages(node)
            return written or _names_content(node) or self._inside(node)
        return self._inside(node)

    def _inside(self, node: Any) -> bool:
        from jinja2 import nodes

        if isinstance(node, nodes.Compare | nodes.Test | nodes.Not):  # yes or no
            return False
        return any(self._is_content(child) for child in node.iter_child_nodes())

    def _is_date(self, node: Any) -> bool:
        from jinja2 import nodes

        if isinstance(node, nodes.Compare | nodes.Test | nodes.Not):
            return False
        return any(n.name in self.dates for n in _named(node)) or any(
            f.name == "strftime" for f in (node, *node.find_all(nodes.Filter)) if isinstance(f, nodes.Filter)
        )


def _given(tree: Any) -> Iterator[tuple[str, Any, bool]]:
    """Name, expression, and whether the name goes through the items of it."""
    from jinja2 import nodes

    for node in tree.find_all((nodes.Assign, nodes.For)):
        looped = isinstance(node, nodes.For)
        value = node.iter if looped else node.node
        for name in _named(node.target):
            yield name.name, value, looped
    for macro in tree.find_all(nodes.Macro):
        for call in tree.find_all(nodes.Call):
            if getattr(call.node, "name", None) == macro.name:
                yield from ((p.name, a, False) for p, a in zip(macro.args, call.args, strict=False))


def _named(node: Any) -> list[Any]:
    from jinja2 import nodes

    return [n for n in (node, *node.find_all(nodes.Name)) if isinstance(n, nodes.Name)]


def _plain_read(node: Any) -> bool:
    """Content as it came, whose items are its parts (or characters), and no words."""
    from jinja2 import nodes

    while isinstance(node, nodes.Filter) and node.name in _PICKING and node.node is not None:
        node = node.node
    return isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem)


def _key(node: Any) -> Any:
    return node.attr if hasattr(node, "attr") else getattr(node.arg, "value", None)


def _names_content(node: Any) -> bool:
    given = [*node.args, *(k.value for k in node.kwargs if k.key == "attribute")]
    first = given[:1] if node.name.endswith("attr") else given
    return node.name in ("map", "join", "selectattr", "rejectattr") and any(
        getattr(a, "value", None) in _CONTENT for a in first
    )


def _reads_messages(node: Any) -> bool:
    return any(n.name in ("messages", "message") for n in _named(node))


def _constant(node: Any) -> bool:
    from jinja2 import nodes

    found = (c.value for c in (node, *node.find_all(nodes.Const)) if isinstance(c, nodes.Const))
    return any(isinstance(v, str | int) and not isinstance(v, bool) and str(v).strip() != "" for v in found)
