"""Robust accuracy within a fixed ball: ours beside the peers, same model, same images, same ε, re-checked by us."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import torch

from bartizan.attacks.evasion import minimum_norm, robust_accuracy

from .boundary import Counted, batch_of, fell, floor, now
from .data import Part, images
from .models import entry, model
from .peers import PEERS, Attack, Peer

PLANS = ("quick", "standard")
OURS: dict[str, dict[str, Any]] = {f"Bartizan {plan}": {"plan": plan} for plan in PLANS}
OURS_ON_GPU = {**OURS, "Bartizan standard, bfloat16 first": {"plan": "standard", "coarse_runs": 4}}
CHEAP, DEAR = 70, 300
"""Passes back an image up to which the same plain passes are run again, with every seed or with the first, to see what
an attack spends around them."""


def attacks(norm: str, device: str = "cpu") -> list[str]:
    """Names of all that search in balls of this norm."""
    return [*(OURS if device == "cpu" else OURS_ON_GPU), *(_name(p) for p in PEERS if norm in p.norms)]


def rows(
    name: str, attack: str, part: Part, n: int, seeds: int, *, norm: str = "linf", eps: float | None = None,
    device: str = "cpu",
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """One row a seed. eps: the model's own in L∞ where None; elsewhere, see `radius`."""
    x, y = (torch.from_numpy(np.ascontiguousarray(a[:n])).to(device) for a in images(entry(name).dataset, part))
    size = radius(name, norm, device) if eps is None else eps
    net, (run, times) = model(name).to(device), _run(attack, norm)
    run(net, x[:1], y[:1], size, 0)  # whatever it imports late is not on its clock, nor the first pass on the floor's
    for back in (False, True):
        floor(net, x, [(min(n, batch_of(x)), back)])
    if x.is_cuda and "AutoAttack" not in attack:
        run(net, x, y, size, seeds)  # whatever a GPU library sets up for each new size of batch
    for seed in range(min(seeds, times)):
        row = {"attack": attack, "seed": seed, **_row(net, x, y, norm, size, run, seed)}
        yield {**row, "model": name, "norm": norm, "eps": size, "n": len(x), "unseen": entry(name).unseen}


@cache
def radius(name: str, norm: str, device: str) -> float:
    """The model's own ε in L∞; in other norms, the median smallest change found on 200 tuning images that it reads
    rightly, to two digits, so that about a half should stand."""
    if norm == "linf":
        return entry(name).eps
    net = model(name).to(device)
    x, y = (torch.from_numpy(np.ascontiguousarray(a[:400])).to(device) for a in images(entry(name).dataset, "tuning"))
    right = net(x).argmax(1) == y
    found = minimum_norm(net, x[right][:200], y[right][:200], norm=norm, steps=100, seed=0, checks=False)  # type: ignore[arg-type]
    return float(f"{np.median(found.sizes):.2g}")


def _name(peer: Peer) -> str:
    return f"{peer.name} ({peer.package})"


def _run(attack: str, norm: str) -> tuple[Attack, int]:
    """What runs it, and with how many seeds at most."""
    if attack in OURS_ON_GPU:
        return _ours(norm, **OURS_ON_GPU[attack]), 1000
    peer = next(p for p in PEERS if _name(p) == attack and norm in p.norms)
    return (lambda m, x, y, eps, seed: peer.run(m, x, y, eps, seed, norm)), peer.seeds


def _ours(norm: Any, **how: Any) -> Attack:
    def run(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, seed: int) -> torch.Tensor:
        found = robust_accuracy(
            model, x, y, norm=norm, eps=eps, seed=seed, checks=False, device=str(x.device), batch=batch_of(x), **how
        )
        return torch.from_numpy(found.adversarial).to(x.device)

    return run


def _row(
    net: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, eps: float, run: Attack, seed: int
) -> dict[str, Any]:
    """standing: the examples that stood, as bits in hexadecimal, so that unions and paired tests can be made later.
    over_floor: seconds (of the processor; on a GPU, of the clock) over those of the same plain passes, None for attacks
    that are too long to repeat. passes_per_second: images forward or back."""
    counted = Counted(net)
    began = now(x)
    adversarial = run(counted, x, y, eps, seed).float()
    took = now(x) - began
    down, invalid = fell(net, x, y, adversarial, eps, norm)
    again = x.is_cuda or counted.count(True) < (DEAR if seed == 0 else CHEAP) * len(x)
    return {
        "robust": 100 * float(1 - down.mean()),
        "forwards": counted.count(False) / len(x),
        "backwards": counted.count(True) / len(x),
        "invalid": invalid,
        "over_floor": took / floor(net, x, counted.passes) if again else None,
        "passes_per_second": (counted.count(False) + counted.count(True)) / took,
        "standing": np.packbits(~down).tobytes().hex(),
    }


def said(row: dict[str, Any]) -> str:
    """A row as one line."""
    numbers = " ".join(
        f"{row[k]:>9.2f}" if row[k] is not None else f"{'–':>9}"
        for k in ("robust", "forwards", "backwards", "over_floor")
    )
    ball = f"{row['norm']} {row['eps']:g}"
    return f"{row['model']:<24}{ball:<12}{row['attack']:<46}{row['seed']!s:<5}{numbers}{row['invalid']:>4}"
