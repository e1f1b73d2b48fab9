"""Attributes and properties of GermanCredit, against an imputer and against chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from bartizan.attacks.privacy import infer_attribute, infer_property
from bartizan.attacks.stacked import Recipe, train_stacked

from .credit import credit

COLUMNS = ("Telephone", "woman")
MEMBERS, OUTSIDERS = slice(0, 300), slice(300, 600)
OWN = slice(600, 1000)
SET = 120


def net(inputs: int) -> nn.Module:
    """One hidden layer of 64."""
    return nn.Sequential(nn.Linear(inputs, 64), nn.ReLU(), nn.Linear(64, 2))


def attributes() -> Iterator[tuple[dict[str, Any], Callable[[int], dict[str, Any]]]]:
    """One column at a time, for a model that learnt its records by heart and one that did not."""
    for column in COLUMNS:
        for epochs in (10, 200):
            key = {"name": "attribute inference", "column": column, "epochs": epochs}
            yield key, lambda runs, c=column, e=epochs: _attribute(c, e)


def _attribute(column: str, epochs: int) -> dict[str, Any]:
    x, y, where = _table(column)
    model = _model(x[MEMBERS], y[MEMBERS], epochs=epochs)
    out: dict[str, Any] = {}
    for who, rows in (("members", MEMBERS), ("outsiders", OUTSIDERS)):
        found = infer_attribute(
            model, x[rows], y[rows], where, own_x=x[OWN], own_y=y[OWN], train=partial(_model, epochs=epochs)
        )
        out[who] = {
            "accuracy": round(found.accuracy, 3), "imputer": round(found.imputer_accuracy, 3),
            "gain": [round(v, 3) for v in found.gain],
        }  # fmt: skip
    return out


def _table(column: str) -> tuple[Any, Any, int]:
    """The data and the column's place; `woman` stands for the columns of sex and marriage, which give it away."""
    x, y, names = credit()
    if column != "woman":
        return x, y, names.index(column)
    woman = x[:, [n.startswith("Personal.Female") for n in names]].max(axis=1, keepdims=True)
    others = x[:, [not n.startswith("Personal.") for n in names]]
    return np.hstack([others, woman]), y, others.shape[1]


def properties() -> Iterator[tuple[dict[str, Any], Callable[[int], dict[str, Any]]]]:
    """The share of women, and that of house owners, in sets of 120."""
    for group, columns in (
        ("women", ("Personal.Female.NotSingle", "Personal.Female.Single")),
        ("house owners", ("Housing.Own",)),
    ):
        yield {"name": "property inference", "group": group}, lambda runs, c=columns: _property(c, max(2, runs // 4))


def _property(columns: tuple[str, ...], targets: int) -> dict[str, Any]:
    x, y, names = credit()
    group = x[:, [names.index(c) for c in columns]].max(axis=1) > 0.5
    base = float(group.mean())
    shares, theirs, own, asked = (base - 0.2, base + 0.2), slice(0, 300), slice(300, 900), slice(900, 1000)
    right, last = 0, None
    for t in range(targets):
        share = shares[t % 2]
        rng = np.random.default_rng(t)
        inside, outside = (rng.permutation(np.flatnonzero(m[theirs])) for m in (group, ~group))
        rows = np.concatenate([inside[: round(share * SET)], outside[: SET - round(share * SET)]])
        model = _model(x[rows], y[rows], epochs=30, seed=100 + t)
        last = infer_property(
            model, Recipe(lambda: net(x.shape[1]), epochs=30, batch=32), x[own], y[own], group[own],
            shares=shares, size=SET, points=x[asked], models=64, seed=t,
        )  # fmt: skip
        right += last.share == share
    assert last is not None
    return {
        "shares": [round(s, 2) for s in shares], "accuracy": [round(v, 3) for v in last.accuracy],
        "targets": targets, "targets_told": right,
    }  # fmt: skip


def _model(x: Any, y: Any, *, epochs: int, seed: int = 0) -> nn.Module:
    recipe = Recipe(lambda: net(x.shape[1]), epochs=epochs, batch=32)
    everybody = np.ones((1, len(x)), np.bool_)
    done = train_stacked(recipe, x, y, inside=everybody, seed=seed, points=x[:4], keep_weights=True)
    model = net(x.shape[1])
    model.load_state_dict({n: torch.from_numpy(np.array(w[0])) for n, w in (done.weights or {}).items()})
    return model.eval()
