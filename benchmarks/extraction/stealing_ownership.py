"""Ownership: p-values of independent models and of copies, each against fresh controls."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import torch
from evasion.data import images
from numpy.typing import NDArray

from bartizan.attacks.extraction import extract, ownership
from bartizan.attacks.stacked import Recipe, train_stacked

Row = tuple[dict[str, Any], Any]
CONTROLS = 24
SUSPECTS = 20
EACH = 1000
"""Records that a model is trained on: the victim its own, the others any of 10,000."""


def rows(runs: int, device: str, steps: int) -> Iterator[Row]:
    """Keys of rows, each with what measures it."""
    for seed in range(runs):
        for kind in ("independent", "copied by 2,000 scores", "copied by 500 labels"):
            key = {"row": "ownership", "suspects": kind, "seed": seed}
            yield key, lambda k=key: _judged(k, device)


def _judged(key: dict[str, Any], device: str) -> dict[str, Any]:
    """Shares of p ≤ 5 % among 20 suspects, each with controls drawn anew from all independent models of the row."""
    nets = _models(key["seed"], device)
    x = _images("test")[0]
    victim, others = nets[0], nets[1:]
    p = []
    for number in range(SUSPECTS):
        order = np.random.default_rng([key["seed"], number]).permutation(len(others))
        independent, controls = others[order[0]], [others[i] for i in order[1 : 1 + CONTROLS]]
        suspect = independent if key["suspects"] == "independent" else _copy(victim, key, number, device)
        p.append(ownership(suspect, victim, controls, x=x[:5000], seed=number, device=device).p)
    return {"accused": float(np.mean(np.array(p) <= 0.05)), "median_p": float(np.median(p)), "n": len(p)}


def _copy(victim: Any, key: dict[str, Any], number: int, device: str) -> Any:
    budget, access = (2000, "scores") if "scores" in key["suspects"] else (500, "labels")
    own = _images("train")[0][30_000:34_000]
    return extract(
        victim, own, budget=budget, access=access, steps=500, seed=number, device=device, selection="random"
    ).surrogate


@cache
def _models(seed: int, device: str) -> list[Any]:
    """The victim, the controls, and independent suspects."""
    x, y = (a[:10_000] for a in _images("train"))
    inside = np.random.default_rng(seed).random((1 + CONTROLS + SUSPECTS, len(x))) < EACH / len(x)
    recipe = Recipe(build=_network, epochs=20)
    made = train_stacked(recipe, x, y, inside=inside, seed=seed, points=x[:1], device=device, keep_weights=True)
    assert made.weights is not None
    nets = []
    for i in range(len(inside)):
        net = _network()
        net.load_state_dict({name: torch.from_numpy(stack[i].copy()) for name, stack in made.weights.items()})
        nets.append(net.to(device).eval().requires_grad_(False))
    return nets


def _network() -> torch.nn.Sequential:
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(196, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))


@cache
def _images(part: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    x, y = images("fashion", "train" if part == "train" else "streaming")
    return x[:, :, ::2, ::2].copy(), y
