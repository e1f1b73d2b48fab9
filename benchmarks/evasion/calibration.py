"""Predictions of what more passes would find, held against what far more passes did find."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from bartizan.attacks.evasion import robust_accuracy

from .data import Part, images
from .models import entry, model


def rows(names: list[str], part: Part, n: int, seeds: int) -> list[dict[str, Any]]:
    """For each model, plan and seed: `predicted` and `found`, the per cent of examples that fell to the plan `deep` of
    any seed and not to this run."""
    out = []
    for name in names:
        e, net = entry(name), model(name)
        x, y = (torch.from_numpy(np.ascontiguousarray(a[:n])) for a in images(e.dataset, part))
        deep = [robust_accuracy(net, x, y, eps=e.eps, plan="deep", seed=100 + s, checks=False) for s in range(seeds)]
        held = np.logical_and.reduce([d.robust for d in deep])
        passes = float(np.mean([d.backwards.mean() for d in deep]))
        for plan in ("quick", "standard"):
            for seed in range(seeds):
                found = robust_accuracy(net, x, y, eps=e.eps, plan=plan, seed=seed, checks=False)
                row = {
                    "model": name, "attack": f"Bartizan {plan}", "seed": seed, "n": len(x), "eps": e.eps,
                    "robust": 100 * found.value, "predicted": 100 * found.residual,
                    "found": 100 * float((found.robust & ~held).mean()), "deep": 100 * float(held.mean()),
                    "deep_backwards": passes, "unseen": e.unseen,
                }  # fmt: skip
                print(
                    f"{name:<24}{row['attack']:<20}{seed:<3} robust {row['robust']:6.2f}, predicted to fall still "
                    f"{row['predicted']:5.2f}, fell to deep {row['found']:5.2f}", flush=True
                )  # fmt: skip
                out.append(row)
    return out
