"""What the texts in an expression of a chat template can be put together to."""

from __future__ import annotations

import re
from typing import Any


def plain_key(node: Any) -> bool:
    """Whether a key is a loop's name, a number, or arithmetic on those."""
    from jinja2 import nodes

    if isinstance(node, nodes.Const):
        return not (isinstance(node.value, str) and node.value.startswith("_"))
    if isinstance(node, nodes.Name):
        return True
    if isinstance(node, nodes.Getattr):
        return not node.attr.startswith("_") and isinstance(node.node, nodes.Name)
    if isinstance(node, nodes.Add | nodes.Sub | nodes.Mul | nodes.FloorDiv | nodes.Mod):
        return not texts_in(node) and plain_key(node.left) and plain_key(node.right)
    if isinstance(node, nodes.Filter):
        return node.name in ("length", "count", "int") and node.node is not None
    return isinstance(node, nodes.Neg) and plain_key(node.node)


def texts_in(node: Any) -> set[str]:
    """Every text constant in an expression."""
    from jinja2 import nodes

    found = {node} if isinstance(node, nodes.Const) else set()
    found |= set(node.find_all(nodes.Const))
    return {c.value for c in found if isinstance(c.value, str)}


def hidden_text(node: Any, constants: dict[str, set[str]]) -> bool:
    """Whether the texts in an expression, with what is set under the names in it, have what a hidden name is made of:
    two underscores in all, or the codes of two, and no blank between them."""
    from jinja2 import nodes

    texts = sorted(texts_in(node))
    for name in node.find_all(nodes.Name):
        texts += sorted(constants.get(name.name, ()))
    pieces = [t for t in texts if t and not re.search(r"[\s<>|:\[\]]", t)]
    scores = sum(t.count("_") for t in pieces if re.fullmatch(r"[_\W]*|_+\w*|\w*_+", t))
    codes = sum(isinstance(c.value, int) and c.value == 95 for c in node.find_all(nodes.Const))
    return scores >= 2 or codes >= 2
