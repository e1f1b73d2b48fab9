"""Records read off a federated party's contribution: a grid over records and local steps, with and without noise."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from evasion.data import images
from torch import nn

from bartizan.attacks.privacy import invert_gradient, recovered
from bartizan.numerics.intervals import clopper_pearson, mean_interval
from bartizan.numerics.updates import movement

RATE = 0.05


def mlp() -> nn.Module:
    """784-256-10, ReLU."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))


def cnn() -> nn.Module:
    """Two strided convolutions with sigmoids, as the papers have them, and one linear layer."""
    return nn.Sequential(
        nn.Conv2d(1, 12, 5, padding=2, stride=2), nn.Sigmoid(), nn.Conv2d(12, 12, 5, padding=2, stride=2), nn.Sigmoid(),
        nn.Flatten(), nn.Linear(12 * 49, 10),
    )  # fmt: skip


NETS: dict[str, Callable[[], nn.Module]] = {"mlp": mlp, "cnn": cnn}
DEFENCES = {"none": 0.0, "clipped, noise 0.01": 0.01, "clipped, noise 0.1": 0.1}
"""Gaussian noise a number, as a share of the clip of 1 on the whole contribution."""


def gradients() -> Iterator[tuple[dict[str, Any], Callable[[int], dict[str, Any]]]]:
    """Rows of the grid."""
    for net in NETS:
        for records in (1, 2, 4, 8, 16):
            for steps in (1, 5):
                yield _row(net, records, steps, "none")
        for defence in list(DEFENCES)[1:]:
            yield _row(net, 1, 1, defence)


def _row(net: str, records: int, steps: int, defence: str) -> tuple[dict[str, Any], Callable[[int], dict[str, Any]]]:
    key = {"name": f"gradient, {net}", "records": records, "local_steps": steps, "defence": defence}
    return key, lambda runs: _measured(net, records, steps, defence, max(1, runs // 4))


def _measured(net: str, records: int, steps: int, defence: str, sets: int) -> dict[str, Any]:
    x, y = images("fashion", "train")
    own_x, own_y = x[50_000:55_000], y[50_000:55_000]
    start, worth = time.process_time(), []
    for s in range(sets):
        rows = slice(s * records, (s + 1) * records)
        torch.manual_seed(s)
        model = NETS[net]()
        seen = _contribution(model, x[rows], y[rows], steps, DEFENCES[defence], s)
        found = invert_gradient(
            model, seen, shape=(1, 28, 28), records=records, local_steps=steps, learning_rate=RATE, iterations=300,
            smoothness=1e-2 if net == "cnn" else 1e-3, seed=s,
        )  # fmt: skip
        worth.append(recovered(found.records, x[rows], y[rows], own_x, own_y))
    psnr, base, ssim = (np.concatenate([getattr(w, n) for w in worth]) for n in ("psnr", "baseline_psnr", "ssim"))
    k = sum(round(w.closer[0] * len(w.psnr)) for w in worth)
    gains = [w.gain[0] for w in worth]
    gain = (float(np.mean(gains)), *mean_interval(gains, bounds=(-200.0, 200.0)))
    return {
        "sets": sets, "psnr": round(float(psnr.mean()), 2), "ssim": round(float(ssim.mean()), 3),
        "class_mean_psnr": round(float(base.mean()), 2), "gain_db": [round(g, 2) for g in gain],
        "given_away": round(k / len(psnr), 3),
        "given_away_interval": [round(v, 3) for v in clopper_pearson(k, len(psnr))],
        "cpu_seconds_a_set": round((time.process_time() - start) / sets, 2),
    }  # fmt: skip


def _contribution(model: nn.Module, x: Any, y: Any, steps: int, noise: float, seed: int) -> list[np.ndarray]:
    at = {"steps": steps, "learning_rate": RATE, "graph": False}
    sent = [g.detach().numpy() for g in movement(model, torch.from_numpy(x), torch.from_numpy(y), **at)]
    if not noise:
        return sent
    size, rng = float(np.sqrt(sum((g**2).sum() for g in sent))), np.random.default_rng(seed)
    return [(g / max(size, 1.0) + rng.normal(size=g.shape) * noise).astype(np.float32) for g in sent]
