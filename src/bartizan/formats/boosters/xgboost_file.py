"""XGBoost's own formats: no code, but trees by index, which native code follows without looking."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bartizan.formats.item import Item
from bartizan.formats.sniff import FileKind
from bartizan.formats.verdict import Reason

from .ubjson import UbjsonError, parse

_LIMIT = 256 << 20
_PER_NODE = ("left_children", "right_children", "parents", "split_indices", "split_conditions", "default_left")


def reasons(item: Item, kind: FileKind) -> Iterator[Reason]:
    """Why the model should not be opened."""
    raw = item.whole(_LIMIT)
    try:
        model = json.loads(raw) if kind is FileKind.XGBOOST_JSON else parse(raw)
    except (UbjsonError, ValueError) as cause:
        yield Reason("broken", f"it cannot be followed ({str(cause)[:100]})", 0, item.member)
        return
    for text in dict.fromkeys(_wrong(model)):
        yield Reason("lies", text, 0, item.member)


def _wrong(model: Any) -> Iterator[str]:
    try:
        learner = model["learner"]
        columns = int(learner["learner_model_param"]["num_feature"])
        booster = learner["gradient_booster"]
    except (KeyError, TypeError, ValueError):
        yield "it has no learner, booster or number of features"
        return
    booster = booster.get("gbtree", booster) if isinstance(booster, dict) else {}  # dart keeps its trees one level down
    trees = booster.get("model", {}).get("trees", []) if isinstance(booster.get("model", {}), dict) else []
    for i, tree in enumerate(trees):
        yield from _tree(i, tree, columns)


def _tree(i: int, tree: Any, columns: int) -> Iterator[str]:
    try:
        n = int(tree["tree_param"]["num_nodes"])
        arrays = {name: list(tree[name]) for name in _PER_NODE if name in tree}
        lengths = {name: len(values) for name, values in arrays.items()}
        bad = [name for name, length in lengths.items() if length != n]
        children = [*arrays["left_children"], *arrays["right_children"]]
        split = arrays["split_indices"]
    except (KeyError, TypeError, ValueError):
        yield f"its tree {i} lacks what a tree has"
        return
    if bad:
        yield f"its tree {i} has {n:,} nodes by one number and {lengths[bad[0]]:,} by its {bad[0]}"
    elif any(not isinstance(c, int) or not -1 <= c < n for c in children):
        yield f"its tree {i} has children outside itself"
    elif any(not isinstance(c, int) or not 0 <= c < max(columns, 1) for c in split):
        yield f"its tree {i} splits by a feature that there is not"
