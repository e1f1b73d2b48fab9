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
from .peers import PEERS, Peer

PLANS = ("quick", "standard")


def rows(names: list[str], part: Part, n: int, seeds: int, peers: Sequence[Peer] = PEERS) -> list[dict[str, Any]]:
    """One row for each model, attack and seed; and for each model the union of all peers."""
    found = []
    for name in names:
        e = entry(name)
        x, y = (torch.from_numpy(np.ascontiguousarray(a[:n])) for a in images(e.dataset, part))
        found += on_model(name, x, y, e.eps, seeds, peers)
    return found


def on_model(
    name: str, x: torch.Tensor, y: torch.Tensor, eps: float, seeds: int, peers: Sequence[Peer] = PEERS
) -> list[dict[str, Any]]:
    """The rows of one model at one ε."""
    net, made, union = model(name), [], np.zeros(len(x), np.bool_)
    robust_accuracy(net, x[:64], y[:64], eps=eps, plan="quick", checks=False)  # import what it imports late
    for plan in PLANS:
        made += [_ours(net, x, y, eps, seed, plan) for seed in range(seeds)]
    for peer in peers:
        for seed in range(min(seeds, peer.seeds)):
            counted = Counted(net)
            began = time.process_time()
            adversarial = peer.run(counted, x, y, eps, seed)
            took = time.process_time() - began
            row, down = _row(net, x, y, eps, adversarial.float(), counted, took)
            union |= down
            made.append({"attack": f"{peer.name} ({peer.package})", "seed": seed, **row})
    if len(peers) > 1:
        share = 100 * float(1 - union.mean())
        made.append({"attack": "union of all peers", "seed": None, "robust": share})
    for row in made:
        row.update({"model": name, "eps": eps, "n": len(x), "unseen": entry(name).unseen})
        print(said(row), flush=True)
    return made


def _ours(net: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, seed: int, plan: Any) -> dict[str, Any]:
    counted = Counted(net)
    began = time.process_time()
    found = robust_accuracy(counted, x, y, norm="linf", eps=eps, plan=plan, seed=seed, checks=False)
    took = time.process_time() - began
    row, _ = _row(net, x, y, eps, torch.from_numpy(found.adversarial), counted, took)
    return {"attack": f"Bartizan {plan}", "seed": seed, "residual": 100 * found.residual, **row}


def _row(
    net: torch.nn.Module,
    x: torch.Tensor,
    y: torch.Tensor,
    eps: float,
    adversarial: torch.Tensor,
    counted: Counted,
    took: float,
) -> tuple[dict[str, Any], Any]:
    down, invalid = fell(net, x, y, adversarial, eps)
    return {
        "robust": 100 * float(1 - down.mean()),
        "forwards": counted.count(False) / len(x),
        "backwards": counted.count(True) / len(x),
        "invalid": invalid,
        "cpu_over_floor": took / floor(net, tuple(x.shape[1:]), counted.passes),
    }, down


def said(row: dict[str, Any]) -> str:
    """A row as the table prints it."""
    numbers = " ".join(
        f"{row.get(k, float('nan')):>9.2f}" for k in ("robust", "forwards", "backwards", "cpu_over_floor")
    )
    return (
        f"{row['model']:<24}{row['eps']:<7g}{row['attack']:<46}{row['seed']!s:<5}{numbers}{row.get('invalid', ''):>4}"
    )
