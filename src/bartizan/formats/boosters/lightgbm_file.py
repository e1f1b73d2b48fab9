"""LightGBM's text format: no code, but trees by index, which native code follows without looking."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bartizan.formats.item import Item
from bartizan.formats.verdict import Reason

from .trees import is_endless

_LIMIT = 256 << 20
_LINES = 22  # of a tree that LightGBM reads
_PER_SPLIT = ("split_feature", "threshold", "decision_type", "left_child", "right_child")


def reasons(item: Item) -> Iterator[Reason]:
    """Why the model should not be opened."""
    for rule, text, at in wrong_with(item.whole(_LIMIT)):
        yield Reason(rule, text, at, item.member)


def wrong_with(raw: bytes) -> Iterator[tuple[str, str, int]]:
    """(rule, sentence, byte) for each thing wrong with a model, or with what a pickled booster holds."""
    if b"\0" in raw:
        yield "lies", "it is no text from end to end", raw.index(b"\0")
        return
    starts = [found.start() for found in re.finditer(rb"(?m)^Tree=", raw)]
    head = _fields(raw[: starts[0]] if starts else raw)
    columns = int(head.get(b"max_feature_idx", b"0")[:12] or 0) + 1
    for i, (start, stop) in enumerate(zip(starts, [*starts[1:], len(raw)], strict=True)):
        for text in _block(i, raw[start:stop], columns):
            yield "lies", text, start
    yield from _places(head, starts)
    if b"end of trees" not in raw:
        yield "broken", "it is cut off before the end of its trees", len(raw)


def _fields(part: bytes) -> dict[bytes, bytes]:
    return dict(line.rstrip(b"\r").split(b"=", 1) for line in part.split(b"\n") if b"=" in line)


def _places(head: dict[bytes, bytes], starts: list[int]) -> Iterator[tuple[str, str, int]]:
    """LightGBM looks for its trees by the sizes in the head, where there are any."""
    sizes = [int(size) for size in head.get(b"tree_sizes", b"").split()]
    if b"tree_sizes" in head and len(sizes) != len(starts):
        yield "lies", f"it tells the sizes of {len(sizes):,} trees and has {len(starts):,}", 0
    for i, (size, start, stop) in enumerate(zip(sizes, starts, starts[1:], strict=False)):
        if start + size != stop:
            yield "lies", f"the tree behind its tree {i} is looked for at another place", start


def _block(i: int, tree: bytes, columns: int) -> Iterator[str]:
    """A tree: its number, then lines up to the first that is blank."""
    number, *lines = [line.rstrip(b"\r") for line in tree.split(b"\n")]
    lines = lines[: lines.index(b"")] if b"" in lines else lines
    told = dict(line.split(b"=", 1) for line in lines if b"=" in line)
    if not re.fullmatch(rb"Tree=\d+", number) or len(told) < len(lines) or len(lines) > _LINES:
        yield f"its tree {i} is not written as LightGBM writes one"
    else:
        yield from _tree(i, told, columns)


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
    elif told.get(b"is_linear", b"0").strip() != b"0" and not _has_lines(told, leaves, columns):
        yield f"the lines in the leaves of its tree {i} use features that there are not"


def _has_lines(told: dict[bytes, bytes], leaves: int, columns: int) -> bool:
    """Whether each leaf of a linear tree names as many features as it says, and such as there are."""
    try:
        numbers = [int(v) for v in told.get(b"num_features", b"").split()]
        used = [int(v) for v in told.get(b"leaf_features", b"").split()]
    except ValueError:
        return False
    fits = len(numbers) == leaves and all(n >= 0 for n in numbers) and sum(numbers) == len(used)
    return fits and len(told.get(b"leaf_coeff", b"").split()) == len(used) and all(0 <= c < columns for c in used)


def _has_sets(told: dict[bytes, bytes], most: float, least: float) -> bool:
    """Whether every set of categories that a split names lies within the bits that the tree holds."""
    try:
        bounds = [int(v) for v in told.get(b"cat_boundaries", b"").split()]
        bits = len(told.get(b"cat_threshold", b"").split())
    except ValueError:
        return False
    return bool(bounds) and least >= 0 and most < len(bounds) - 1 and bounds == sorted(bounds) and bounds[-1] <= bits
