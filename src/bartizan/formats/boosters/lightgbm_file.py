"""LightGBM's text format: no code, but trees by index, which native code follows without looking."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bartizan.formats.item import Item
from bartizan.formats.verdict import Reason

from .trees import is_endless

_LIMIT = 256 << 20
_PER_SPLIT = ("split_feature", "threshold", "decision_type", "left_child", "right_child")


def reasons(item: Item) -> Iterator[Reason]:
    """Why the model should not be opened."""
    raw = item.whole(_LIMIT)
    if b"\0" in raw:
        yield Reason("lies", "it is no text from end to end", raw.index(b"\0"), item.member)
        return
    head, *trees = re.split(rb"(?m)^Tree=\d+\r?$", raw)
    columns = int(_fields(head).get(b"max_feature_idx", b"0")[:12] or 0) + 1
    at = len(head)
    for i, tree in enumerate(trees):
        for text in _tree(i, _fields(tree.split(b"end of trees")[0]), columns):
            yield Reason("lies", text, at, item.member)
        at += len(tree) + len(f"Tree={i}")
    if b"end of trees" not in raw:
        yield Reason("broken", "it is cut off before the end of its trees", len(raw), item.member)


def _fields(part: bytes) -> dict[bytes, bytes]:
    return dict(line.rstrip(b"\r").split(b"=", 1) for line in part.split(b"\n") if b"=" in line)


def _tree(i: int, told: dict[bytes, bytes], columns: int) -> Iterator[str]:
    try:
        leaves = int(told[b"num_leaves"])
        arrays = {name: told.get(name.encode(), b"").split() for name in _PER_SPLIT}
        children = [int(v) for name in ("left_child", "right_child") for v in arrays[name]]
        split = [int(v) for v in arrays["split_feature"]]
        sets = [float(t) for t, d in zip(arrays["threshold"], arrays["decision_type"], strict=False) if int(d) & 1]
    except (KeyError, ValueError):
        yield f"its tree {i} lacks what a tree has"
        return
    values = len(told.get(b"leaf_value", b"").split())
    if values != leaves or (leaves > 1 and any(len(v) != leaves - 1 for v in arrays.values())):
        yield f"its tree {i} has {leaves:,} leaves by one number and {values:,} by its values"
    elif any(not -leaves <= c < max(leaves - 1, 1) for c in children):
        yield f"its tree {i} has children outside itself"
    elif leaves > 1 and is_endless(children[: leaves - 1], children[leaves - 1 :]):
        yield f"its tree {i} leads back into itself"
    elif any(not 0 <= c < columns for c in split):
        yield f"its tree {i} splits by a feature that there is not"
    elif sets and not _has_sets(told, max(sets), min(sets)):
        yield f"the categories of its tree {i} lie outside what it holds"


def _has_sets(told: dict[bytes, bytes], most: float, least: float) -> bool:
    """Whether every set of categories that a split names lies within the bits that the tree holds."""
    try:
        bounds = [int(v) for v in told.get(b"cat_boundaries", b"").split()]
        bits = len(told.get(b"cat_threshold", b"").split())
    except ValueError:
        return False
    return bool(bounds) and least >= 0 and most < len(bounds) - 1 and bounds == sorted(bounds) and bounds[-1] <= bits
