"""XGBoost's own formats: no code, but trees by index, which native code follows without looking."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bartizan.formats.item import Item
from bartizan.formats.sniff import FileKind
from bartizan.formats.verdict import Reason

from .trees import is_endless
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
        yield from _categories(i, tree)
    yield from _linear(booster.get("model", {}), learner["learner_model_param"], columns)


def _linear(model: Any, told: Any, columns: int) -> Iterator[str]:
    if isinstance(model, dict) and "weights" in model:
        wanted = (columns + 1) * max(1, int(told.get("num_class", 0)))
        if len(model["weights"]) != wanted:
            yield f"it has {len(model['weights']):,} weights and needs {wanted:,}"


def _categories(i: int, tree: Any) -> Iterator[str]:
    """Stretches of one long array, by the node that they belong to."""
    try:
        held, n = len(tree.get("categories", ())), int(tree["tree_param"]["num_nodes"])
        starts, sizes = tree.get("categories_segments", ()), tree.get("categories_sizes", ())
        nodes = tree.get("categories_nodes", ())
        fits = all(0 <= a <= a + s <= held for a, s in zip(starts, sizes, strict=True)) and len(nodes) == len(starts)
        fits = fits and all(0 <= node < n for node in nodes)
    except (KeyError, TypeError, ValueError, AttributeError):
        fits = False
    if not fits:
        yield f"the categories of its tree {i} lie outside what it holds"


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
    elif n and is_endless(arrays["left_children"], arrays["right_children"]):
        yield f"its tree {i} leads back into itself"
    elif any(not isinstance(c, int) or not 0 <= c < max(columns, 1) for c in split):
        yield f"its tree {i} splits by a feature that there is not"
