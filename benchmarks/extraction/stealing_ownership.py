"""Ownership: p-values of independent models and of copies, every suspect before controls that judge no other.

One victim a seed. Suspects and controls are trained afresh for each of the twenty trials of a victim, so that these are
independent draws given the victim, and the exact interval of their share is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np
import torch
from evasion.data import images
from numpy.typing import NDArray
from torch import nn

from bartizan.attacks.extraction import extract, ownership
from bartizan.attacks.stacked import Recipe, train_stacked

Row = tuple[dict[str, Any], Any]
CONTROLS = 24
SUSPECTS = 20
EACH = 1000
"""Records that a model is trained on: the victim its own, the others any of 10,000."""
ALPHA = 0.05


def rows(runs: int, device: str, steps: int) -> Iterator[Row]:
    """Keys of rows, each with what measures it."""
    for seed in range(runs):
        for kind in SUSPECT:
            key = {"row": "ownership", "suspects": kind, "seed": seed}
            yield key, lambda k=key: _judged(k, device)


def _judged(key: dict[str, Any], device: str) -> dict[str, Any]:
    """How many of 20 suspects are called copies at `ALPHA`, each by controls of its own."""
    victim, trials = _models(key["seed"], device)
    x = _images("test")[0][:5000]
    make, p = SUSPECT[key["suspects"]], []
    for number, (independent, controls) in enumerate(trials):
        suspect = make(victim, independent, 1000 * key["seed"] + number, device)
        p.append(ownership(suspect, victim, controls, x=x, alpha=ALPHA, seed=number, device=device).p)
    return counted(p)


def counted(p: list[float]) -> dict[str, Any]:
    """called: how many of the p-values accuse at `ALPHA`."""
    return {"called": int(np.sum(np.array(p) <= ALPHA)), "n": len(p), "p": [round(v, 4) for v in p]}


def _independent(victim: nn.Module, independent: nn.Module, number: int, device: str) -> nn.Module:
    return independent


def _another_recipe(victim: nn.Module, independent: nn.Module, number: int, device: str) -> nn.Module:
    """Independent, but not one like the controls: twice as wide, ten epochs and weight decay."""
    x, y = (a[:10_000] for a in _images("train"))
    inside = np.random.default_rng([7, number]).random((1, len(x))) < EACH / len(x)
    recipe = Recipe(build=lambda: _network(128), epochs=10, decay=1e-3)
    return _trained(recipe, x, y, inside, number, device, 128)[0]


def _by_scores(victim: nn.Module, independent: nn.Module, number: int, device: str) -> nn.Module:
    return _copy(victim, 2000, "scores", number, device)


def _by_labels(victim: nn.Module, independent: nn.Module, number: int, device: str) -> nn.Module:
    return _copy(victim, 500, "labels", number, device)


def _tuned(victim: nn.Module, independent: nn.Module, number: int, device: str) -> nn.Module:
    """Its weights, trained on for five epochs with a thief's 2,000 records and their true classes."""
    x, y = (torch.from_numpy(a[30_000:32_000].copy()).to(device) for a in _images("train"))
    net = deepcopy(victim).train().requires_grad_(True)
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
    order = torch.Generator().manual_seed(number)
    for _ in range(5):
        for some in torch.randperm(len(y), generator=order).split(64):
            optimiser.zero_grad()
            nn.functional.cross_entropy(net(x[some.to(device)]), y[some.to(device)]).backward()
            optimiser.step()
    return net.eval().requires_grad_(False)


def _pruned(victim: nn.Module, independent: nn.Module, number: int, device: str) -> nn.Module:
    """Its weights, the smaller half of each matrix zero and noise of a tenth of their spread on the others, which makes
    twenty of them."""
    net, noise = deepcopy(victim), torch.Generator().manual_seed(number)
    for w in (m for m in net.parameters() if m.ndim > 1):
        moved = w + 0.1 * w.std() * torch.randn(w.shape, generator=noise).to(w)
        w.copy_(torch.where(w.abs() >= w.abs().median(), moved, torch.zeros_like(w)))
    return net


SUSPECT: dict[str, Callable[[nn.Module, nn.Module, int, str], nn.Module]] = {
    "independent": _independent,
    "independent, another recipe": _another_recipe,
    "copied by 2,000 scores": _by_scores,
    "copied by 500 labels": _by_labels,
    "weights taken, tuned on 2,000 records": _tuned,
    "weights taken, half of them pruned": _pruned,
}


def _copy(victim: nn.Module, budget: int, access: Any, number: int, device: str) -> nn.Module:
    own = _images("train")[0][30_000:34_000]
    stolen = extract(
        victim, own, budget=budget, access=access, steps=500, seed=number, device=device, selection="random"
    )
    return stolen.surrogate  # type: ignore[no-any-return]


@cache
def _models(seed: int, device: str) -> tuple[nn.Module, list[tuple[nn.Module, list[nn.Module]]]]:
    """The victim, and for each trial an independent suspect and its controls."""
    x, y = (a[:10_000] for a in _images("train"))
    each = 1 + CONTROLS
    inside = np.random.default_rng(seed).random((1 + SUSPECTS * each, len(x))) < EACH / len(x)
    victim, *nets = _trained(Recipe(build=_network, epochs=20), x, y, inside, seed, device)
    blocks = [nets[i * each : (i + 1) * each] for i in range(SUSPECTS)]
    return victim, [(block[0], block[1:]) for block in blocks]


def _trained(
    recipe: Recipe, x: Any, y: Any, inside: NDArray[np.bool_], seed: int, device: str, width: int = 64
) -> list[nn.Module]:
    made = train_stacked(recipe, x, y, inside=inside, seed=seed, points=x[:1], device=device, keep_weights=True)
    assert made.weights is not None
    nets = []
    for i in range(len(inside)):
        net = _network(width)
        net.load_state_dict({name: torch.from_numpy(stack[i].copy()) for name, stack in made.weights.items()})
        nets.append(net.to(device).eval().requires_grad_(False))
    return nets


def _network(width: int = 64) -> nn.Sequential:
    return nn.Sequential(nn.Flatten(), nn.Linear(196, width), nn.ReLU(), nn.Linear(width, 10))


@cache
def _images(part: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    x, y = images("fashion", "train" if part == "train" else "streaming")
    return x[:, :, ::2, ::2].copy(), y
