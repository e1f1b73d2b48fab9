"""XGBoost's own formats: no code, but trees by index, which native code follows without looking."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bartizan.formats.item import Item
from bartizan.formats.verdict import Reason

from .trees import is_endless
from .ubjson import UbjsonError, parse

_LIMIT = 256 << 20
_NO_PARENT = (2147483647, -1)
_PER_NODE = ("left_children", "right_children", "parents", "split_indices", "split_conditions", "default_left")


def reasons(item: Item) -> Iterator[Reason]:
    """Why the model should not be opened."""
    for rule, text, at in wrong_with(item.whole(_LIMIT)):
        yield Reason(rule, text, at, item.member)


def wrong_with(raw: bytes) -> Iterator[tuple[str, str, int]]:
    """(rule, sentence, byte) for each thing wrong with a model, or with what a pickled booster holds."""
    try:
        model = _parsed(raw)
    except (UbjsonError, ValueError, RecursionError) as cause:
        yield "broken", f"it cannot be followed ({str(cause)[:100]})", 0
        return
    within = model.get("Model") if isinstance(model, dict) else None  # beside the settings of a training
    held = [model] if within is None else [within, model] if "learner" in model else [within]
    for text in dict.fromkeys(text for part in held for text in _wrong(part)):
        yield "lies", text, 0


def _parsed(raw: bytes) -> Any:
    """JSON or UBJSON, told apart by the second byte, as XGBoost does."""
    if raw[:1] != b"{":
        raise ValueError("it is of the binary format of XGBoost before 1.7, or of none")
    if raw[1:].lstrip(b" \t\r\n")[:1] in (b'"', b"}"):
        return json.loads(raw, object_pairs_hook=_each_once)
    return parse(raw)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key is given twice, and readers may disagree on which counts")
    return made


def _wrong(model: Any) -> Iterator[str]:
    try:
        learner = model["learner"]
        columns = int(learner["learner_model_param"]["num_feature"])
        booster = learner["gradient_booster"]
    except (KeyError, TypeError, ValueError):
        yield "it has no learner, booster or number of features"
        return
    booster = booster if isinstance(booster, dict) else {}
    within = booster.get("gbtree")  # dart keeps its trees one level down
    for held in (booster, within) if isinstance(within, dict) else (booster,):
        model = held.get("model")
        if isinstance(model, dict):
            yield from _model(model, learner["learner_model_param"], columns)
            yield from _dropped(booster, model)


def _model(model: dict[str, Any], told: Any, columns: int) -> Iterator[str]:
    trees = model.get("trees", ())
    for i, tree in enumerate(trees):
        yield from _tree(i, tree, columns)
        yield from _categories(i, tree)
    yield from _order(model, told, len(trees))
    yield from _linear(model, told, columns)


def _order(model: dict[str, Any], told: Any, trees: int) -> Iterator[str]:
    """Which output each tree adds to, and which trees make a round: indices too."""
    groups = max(1, int(told.get("num_class", 0)), int(told.get("num_target", 1)))
    info, rounds = model.get("tree_info", ()), list(model.get("iteration_indptr", ()))
    if len(info) != trees or any(not isinstance(g, int) or not 0 <= g < groups for g in info):
        yield f"its trees belong to other outputs than the {groups:,} that it has"
    if rounds and (any(not isinstance(r, int) for r in rounds) or rounds != sorted(rounds) or rounds[0] != 0):
        yield "its rounds are out of order"
    elif rounds and rounds[-1] != trees:
        yield f"its rounds end at tree {rounds[-1]:,} of {trees:,}"


def _dropped(booster: dict[str, Any], model: dict[str, Any]) -> Iterator[str]:
    """dart has a weight for every tree."""
    weights = booster.get("weight_drop")
    if isinstance(weights, (list, tuple)) and len(weights) != len(model.get("trees", ())):
        yield f"it has {len(weights):,} weights for its {len(model.get('trees', ())):,} trees"


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
    elif any(not isinstance(p, int) or not (0 <= p < n or p in _NO_PARENT) for p in arrays.get("parents", ())):
        yield f"its tree {i} has parents outside itself"
    elif any(not isinstance(c, int) or not -1 <= c < n for c in children):
        yield f"its tree {i} has children outside itself"
    elif n and is_endless(arrays["left_children"], arrays["right_children"]):
        yield f"its tree {i} leads back into itself"
    elif any(not isinstance(c, int) or not 0 <= c < max(columns, 1) for c in split):
        yield f"its tree {i} splits by a feature that there is not"
