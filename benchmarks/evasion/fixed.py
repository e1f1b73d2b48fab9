"""Robust accuracy within a fixed L∞ ball: ours beside the peers, same model, same images, same ε, re-checked by us."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from bartizan.attacks.evasion import robust_accuracy

from .boundary import Counted, fell, floor
from .data import Part, images
from .models import entry, model
from .peers import PEERS, Attack, Peer

PLANS = ("quick", "standard")
CHEAP, DEAR = 70, 300
"""Passes back an image up to which the same plain passes are run again, with every seed or with the first, to see what
an attack spends around them."""


def rows(
    names: list[str], part: Part, n: int, seeds: int, attacks: str = "", peers: Sequence[Peer] = PEERS
) -> list[dict[str, Any]]:
    """One row for each model, attack and seed; `attacks`: only those with this in their name."""
    found = []
    for name in names:
        e = entry(name)
        x, y = (torch.from_numpy(np.ascontiguousarray(a[:n])) for a in images(e.dataset, part))
        found += on_model(name, x, y, e.eps, seeds, peers, attacks)
    return found


def on_model(
    name: str, x: torch.Tensor, y: torch.Tensor, eps: float, seeds: int, peers: Sequence[Peer] = PEERS,
    attacks: str = "",
) -> list[dict[str, Any]]:  # fmt: skip
    """The rows of one model at one ε."""
    net, made = model(name), []
    runs = [(f"Bartizan {plan}", _ours(plan), seeds) for plan in PLANS]
    runs += [(f"{peer.name} ({peer.package})", peer.run, min(seeds, peer.seeds)) for peer in peers]
    for attack, run, times in runs:
        if attacks not in attack:
            continue
        run(
            net, x[:1], y[:1], eps, 0
        )  # whatever it imports late is not on its clock, nor the first pass on the floor's
        floor(net, tuple(x.shape[1:]), [(1, False), (1, True)])
        for seed in range(times):
            row = {"attack": attack, "seed": seed, **_row(net, x, y, eps, run, seed)}
            row.update({"model": name, "eps": eps, "n": len(x), "unseen": entry(name).unseen})
            print(said(row), flush=True)
            made.append(row)
    return made


def _ours(plan: Any) -> Attack:
    def run(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, seed: int) -> torch.Tensor:
        found = robust_accuracy(model, x, y, norm="linf", eps=eps, plan=plan, seed=seed, checks=False)
        return torch.from_numpy(found.adversarial)

    return run


def _row(
    net: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, run: Attack, seed: int
) -> dict[str, Any]:  # fmt: skip
    """standing: the examples that stood, as bits in hexadecimal, so that unions and paired tests can be made later.
    cpu_over_floor: None for attacks that are too long to repeat."""
    counted = Counted(net)
    began = time.process_time()
    adversarial = run(counted, x, y, eps, seed).float()
    took = time.process_time() - began
    down, invalid = fell(net, x, y, adversarial, eps)
    again = counted.count(True) < (DEAR if seed == 0 else CHEAP) * len(x)
    return {
        "robust": 100 * float(1 - down.mean()),
        "forwards": counted.count(False) / len(x),
        "backwards": counted.count(True) / len(x),
        "invalid": invalid,
        "cpu_over_floor": took / floor(net, tuple(x.shape[1:]), counted.passes) if again else None,
        "standing": np.packbits(~down).tobytes().hex(),
    }


def said(row: dict[str, Any]) -> str:
    """A row as the table prints it."""
    numbers = " ".join(
        f"{row[k]:>9.2f}" if row[k] is not None else f"{'–':>9}"
        for k in ("robust", "forwards", "backwards", "cpu_over_floor")
    )
    return (
        f"{row['model']:<24}{row['eps']:<7g}{row['attack']:<46}{row['seed']!s:<5}{numbers}{row.get('invalid', ''):>4}"
    )
