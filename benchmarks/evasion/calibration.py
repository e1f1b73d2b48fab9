"""Predictions of what more passes would find, held against what far more passes did find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from bartizan.attacks.evasion import robust_accuracy

from .boundary import batch_of
from .data import Part, images
from .fixed import PLANS
from .models import entry, model


def rows(name: str, part: Part, n: int, seeds: int, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """For each plan and seed: `predicted` and `found`, the per cent of examples that fell to the plan `deep` of
    any seed and not to this run."""
    e, net = entry(name), model(name).to(device)
    x, y = (torch.from_numpy(np.ascontiguousarray(a[:n])).to(device) for a in images(e.dataset, part))
    how: dict[str, Any] = {"eps": e.eps, "checks": False, "device": device, "batch": batch_of(x)}
    deep = [robust_accuracy(net, x, y, plan="deep", seed=100 + s, **how) for s in range(seeds)]
    held = np.logical_and.reduce([d.robust for d in deep])
    for plan in PLANS:
        for seed in range(seeds):
            found = robust_accuracy(net, x, y, plan=plan, seed=seed, **how)
            yield {
                "model": name, "attack": f"Bartizan {plan}", "seed": seed, "n": len(x), "eps": e.eps,
                "robust": 100 * found.value, "predicted": 100 * found.residual,
                "found": 100 * float((found.robust & ~held).mean()), "deep": 100 * float(held.mean()),
                "deep_backwards": float(np.mean([d.backwards.mean() for d in deep])), "unseen": e.unseen,
            }  # fmt: skip
