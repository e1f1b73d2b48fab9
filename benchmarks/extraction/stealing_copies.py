"""Fidelity against queries: ours beside the peers at equal optimiser steps; and what less telling answers cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from bartizan.attacks.extraction import extract
from bartizan.numerics.rate import Rate

from .stealing_peers import PEERS, RATES, ready, stolen
from .stealing_targets import TARGETS, judged, pool, target, thief

BUDGETS = (100, 500, 2000, 10_000)
ACCESSES = ("logits", "rounded", "top1", "labels")
Row = tuple[dict[str, Any], Any]


def rows(runs: int, device: str, steps: int) -> Iterator[Row]:
    """Keys of rows, each with what measures it."""
    for seed in range(runs):
        for name in TARGETS:
            for budget in BUDGETS:
                key = {"target": name, "queries": budget, "seed": seed, "steps": steps}
                yield {"row": "fidelity", "attack": "Bartizan", **key}, lambda k=key: ours(k, "scores", "auto", device)
                for peer in PEERS:
                    yield {"row": "fidelity", "attack": peer, **key}, lambda k=key, p=peer: theirs(k, p, device)
                for access in ACCESSES:
                    about = {"row": "access", "attack": "Bartizan", "access": access, **key}
                    yield about, lambda k=key, a=access: ours(k, a, "auto", device)
                about = {"row": "selection", "attack": "Bartizan random", **key}
                yield about, lambda k=key: ours(k, "scores", "random", device)


def ours(key: dict[str, Any], access: str, selection: Any, device: str) -> dict[str, Any]:
    """All steps together, those of a first copy included, are those of the key."""
    x, y = judged()
    found = extract(
        target(key["target"], key["seed"], device),
        pool()[0],
        budget=key["queries"],
        access=access,
        selection=selection,
        steps=key["steps"],
        student=thief,
        x_test=x,
        y_test=y,
        seed=key["seed"],
        device=device,
    )
    last = found.curve[-1]
    assert last.steps + last.scouting == key["steps"]
    assert len(found.ledger.inputs) == key["queries"]
    assert last.accuracy is not None
    return {**_numbers(last.fidelity), "accuracy": last.accuracy.value}


def theirs(key: dict[str, Any], peer: str, device: str) -> dict[str, Any]:
    """At the better of two rates, told by the very images it is judged on: more than a thief could."""
    ready()
    x, y = judged()
    net = target(key["target"], key["seed"], device)
    made = []
    for rate in RATES:
        copy, steps = stolen(
            peer, net, thief(key["seed"]), pool()[0], key["queries"], key["steps"], rate, key["seed"], device
        )
        guess = _classes(copy, x, device)
        made.append((Rate.of(guess == _classes(net, x, device)), float((guess == y).mean()), rate, steps))
    best, accuracy, rate, steps = max(made, key=lambda m: m[0].value)
    return {**_numbers(best), "accuracy": accuracy, "took": steps, "rate": rate}


def _numbers(rate: Rate) -> dict[str, float]:
    return {"fidelity": round(rate.value, 4), "low": round(rate.low, 4), "high": round(rate.high, 4)}


def _classes(net: nn.Module, x: Any, device: str) -> Any:
    with torch.no_grad():
        parts = [net.to(device)(torch.from_numpy(p).to(device)).argmax(1).cpu().numpy() for p in np.array_split(x, 10)]
    return np.concatenate(parts)
