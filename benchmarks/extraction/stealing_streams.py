"""Detectors of the query stream on real ledgers: what is caught, after how many queries, at how many false alarms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from evasion.data import images
from numpy.typing import NDArray

from bartizan.attacks.extraction import extract, recover_relu
from bartizan.guards.stream import DistributionTest, NearDuplicates, QueryBudget, Traffic, rehearse

from .stealing_targets import pool, target
from .structure import trained

Row = tuple[dict[str, Any], Any]
QUERIES = 500
"""Of each theft."""
USERS = 200
"""Queries of each user, all of them other test images."""
DETECTORS = {
    "distribution test": DistributionTest,
    "near duplicates": NearDuplicates,
    "query budget": lambda: QueryBudget(3600.0),
}


def rows(runs: int, device: str, steps: int) -> Iterator[Row]:
    """Keys of rows, each with what measures it."""
    for seed in range(runs):
        for theft in THEFTS:
            for name in DETECTORS:
                key = {"row": "detector", "theft": theft, "detector": name, "seed": seed}
                yield key, lambda k=key: _rehearsed(k, device)


def _rehearsed(key: dict[str, Any], device: str) -> dict[str, Any]:
    """50 users of test images in all, half of them for the threshold; a query a second."""
    net = target("fashion-mlp", key["seed"], device)
    x, _ = images("fashion", "streaming")
    stolen = THEFTS[key["theft"]](net, key["seed"], device)
    found = rehearse(
        DETECTORS[key["detector"]],
        Traffic.of(stolen, _classes(net, stolen, device)),
        x,
        _classes(net, x, device),
        queries=USERS,
        false_alarms=0.05,
        share=0.1,
        accounts=20,
        seed=key["seed"],
    )
    alarms = found.false_alarms
    out: dict[str, Any] = {"false_alarms": [round(v, 3) for v in (alarms.value, alarms.low, alarms.high)]}
    for thief in (*found.thieves, *found.busy):
        out[thief.thief.replace(" ", "_")] = [round(thief.caught, 3), thief.before]
    return out


def _natural(net: Any, seed: int, device: str) -> NDArray[np.float32]:
    """An extraction by images of the thief's own: its ledger."""
    return extract(net, pool()[0], budget=QUERIES, steps=100, seed=seed, device=device).ledger.inputs


def _mixed(net: Any, seed: int, device: str) -> NDArray[np.float32]:
    """The same by somebody who has 80 images to ask about (and 20 to judge by) and makes the rest of them."""
    own = pool()[0][:100]
    return extract(net, own, budget=QUERIES, steps=100, seed=seed, device=device, bounds=(0, 1)).ledger.inputs


def _lines(net: Any, seed: int, device: str) -> NDArray[np.float32]:
    """The first queries of a search for the bends of a two-layer network."""
    asked: list[NDArray[np.float32]] = []
    served = trained((784, 16, 10), seed)

    def watched(x: NDArray[Any]) -> NDArray[Any]:
        asked.append(x.astype(np.float32))
        with torch.no_grad():
            return served(torch.from_numpy(x)).numpy()

    own = images("fashion", "tuning")[0][:300].reshape(300, -1)
    recover_relu(watched, own, bounds=(0.0, 1.0), budget=10 * QUERIES)
    return np.concatenate(asked).reshape(-1, 1, 28, 28)[: 4 * QUERIES]


THEFTS = {"natural images": _natural, "mixtures of 80 images": _mixed, "lines": _lines}


def _classes(net: Any, x: NDArray[np.float32], device: str) -> NDArray[np.int64]:
    with torch.no_grad():
        parts = [net(torch.from_numpy(p).to(device)).argmax(1).cpu().numpy() for p in np.array_split(x, 10)]
    return np.concatenate(parts)
