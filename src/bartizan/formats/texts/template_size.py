"""How much a chat template makes of nothing: rounds of its loops, and lengths of the texts that it doubles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_ROUNDS = 1_000_000
_LENGTH = 100_000_000
_MOST = 1 << 60


def swells(tree: Any) -> Iterator[str]:
    """What grows past any use, as sentences."""
    if _rounds(tree) > _ROUNDS:
        yield "its loops go round more than a million times, whatever it is given"
    if _longest(tree) > _LENGTH:
        yield "it doubles a text until it fills the memory"


def number_of(node: Any) -> int | None:
    """The number that an expression of whole numbers comes to (at most 2**60); None for any other."""
    from jinja2 import nodes

    if isinstance(node, nodes.Const):
        return node.value if isinstance(node.value, int) else None
    if not isinstance(node, nodes.Add | nodes.Sub | nodes.Mul | nodes.Pow):
        return None
    left, right = number_of(node.left), number_of(node.right)
    if left is None or right is None:
        return None
    if isinstance(node, nodes.Pow):
        return _MOST if abs(left) > 1 and right > 60 else min(left ** max(right, 0), _MOST)
    made = (
        left + right if isinstance(node, nodes.Add) else left - right if isinstance(node, nodes.Sub) else left * right
    )
    return max(-_MOST, min(made, _MOST))


def _rounds(node: Any) -> int:
    """Rounds of loops over ranges of constants, within each other."""
    from jinja2 import nodes

    most = max((_rounds(child) for child in node.iter_child_nodes()), default=1)
    if not isinstance(node, nodes.For) or not isinstance(node.iter, nodes.Call):
        return most
    sizes = [number_of(argument) for argument in node.iter.args]
    known = [abs(size) for size in sizes if size is not None]
    return min(most * max([1, *known]), _MOST)


def _longest(tree: Any) -> int:
    """The longest text under a name, were every name that is not set one character; a loop goes round 64 times."""
    from jinja2 import nodes

    lengths: dict[str, int] = {}
    for node in tree.find_all((nodes.Assign, nodes.AssignBlock)):
        made = node.node if isinstance(node, nodes.Assign) else nodes.Concat(list(node.body))
        name = _called(node.target)
        once = _length(made, lengths)
        doubles = _uses(made, name) > 1
        lengths[name] = min(once * (1 << 30 if doubles and _in_loop(tree, node) else 1), _MOST)
    return max(lengths.values(), default=0)


def _in_loop(tree: Any, node: Any) -> bool:
    from jinja2 import nodes

    return any(inner is node for loop in tree.find_all(nodes.For) for inner in loop.find_all(type(node)))


def _called(node: Any) -> str:
    """A name, or an attribute of a namespace."""
    return f"{node.name}.{node.attr}" if hasattr(node, "attr") and hasattr(node, "name") else getattr(node, "name", "")


def _reads(node: Any) -> str:
    from jinja2 import nodes

    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return f"{node.node.name}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else ""


def _parts(node: Any) -> list[Any]:
    """What an expression lays behind one another."""
    from jinja2 import nodes

    if isinstance(node, nodes.Concat | nodes.Output):
        return list(node.nodes)
    if isinstance(node, nodes.Add):
        return [node.left, node.right]
    return []


def _length(node: Any, lengths: dict[str, int]) -> int:
    from jinja2 import nodes

    if isinstance(node, nodes.Const):
        return max(1, len(node.value)) if isinstance(node.value, str) else 1
    if parts := _parts(node):
        return min(sum(_length(part, lengths) for part in parts), _MOST)
    if isinstance(node, nodes.CondExpr):
        return max(_length(branch, lengths) for branch in (node.expr1, node.expr2) if branch is not None)
    if isinstance(node, nodes.Mul):
        times = [number_of(side) or 1 for side in (node.left, node.right)]
        return min(max(_length(s, lengths) for s in (node.left, node.right)) * max(times), _MOST)
    if isinstance(node, nodes.Filter) and node.node is not None:
        return _length(node.node, lengths)
    return lengths.get(_reads(node), 1)


def _uses(node: Any, name: str) -> int:
    parts = _parts(node)
    return sum(_uses(part, name) for part in parts) if parts else int(_reads(node) == name)
