"""Pictures drawn out of models: of classes with thousands of records, and of persons with one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from evasion.data import images
from torch import nn

from bartizan.attacks.privacy import invert_model, resemblance
from bartizan.attacks.stacked import Recipe, train_stacked

from .gradients import mlp

PERSONS = 100


def drawings() -> Iterator[tuple[dict[str, Any], Callable[[int], dict[str, Any]]]]:
    """Fashion-MNIST with its ten classes, and with every picture a class of its own."""
    yield {"name": "model inversion, ten classes", "records": 5000}, lambda runs: _classes()
    yield {"name": "model inversion, one record a class", "records": PERSONS}, lambda runs: _persons()


def _classes() -> dict[str, Any]:
    x, y = images("fashion", "train")
    net = _trained(mlp, x[:5000], y[:5000])
    drawn = invert_model(net, np.arange(10), shape=(1, 28, 28), start=x[20_000:25_000].mean(0))
    seen = resemblance(drawn.records, drawn.classes, x[:5000], y[:5000], x[10_000:15_000], y[10_000:15_000])
    return _said(seen)


def _persons() -> dict[str, Any]:
    x, _ = images("fashion", "train")
    each = np.arange(PERSONS)
    net = _trained(lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, PERSONS)), x[:PERSONS], each, epochs=300)
    drawn = invert_model(net, each, shape=(1, 28, 28), start=x[20_000:25_000].mean(0))
    outside = x[10_000:15_000]
    return _said(resemblance(drawn.records, each, x[:PERSONS], each, outside, np.full(len(outside), PERSONS)))


def _trained(build: Callable[[], nn.Module], x: Any, y: Any, epochs: int = 20) -> nn.Module:
    recipe = Recipe(build, epochs=epochs, batch=64, decay=1e-4)
    done = train_stacked(recipe, x, y, inside=np.ones((1, len(x)), np.bool_), seed=0, points=x[:8], keep_weights=True)
    net = build()
    net.load_state_dict({n: torch.from_numpy(np.array(w[0])) for n, w in (done.weights or {}).items()})
    return net.eval()


def _said(seen: Any) -> dict[str, Any]:
    towards = seen.towards_average
    return {
        "verdict": seen.verdict, "nearest_trained": [round(v, 3) for v in seen.nearest_trained],
        "towards_average": None if towards is None else [round(v, 3) for v in towards],
    }  # fmt: skip
