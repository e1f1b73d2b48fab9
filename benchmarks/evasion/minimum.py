"""Minimum norm: the size of the smallest change found, ours against peers at the same number of steps.

python benchmarks/evasion/minimum.py [NAME ...] [--n 200] [--part tuning]     prints the table

Every attack gets 100 steps forward and back and only images that the model reads rightly. What it hands over is checked
here, in float64 and with a pass of its own: inputs outside the box or not misclassified count as failures, of size ∞.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evasion.data import Part, images
from evasion.minimum_peers import STEPS, Peer, peers
from evasion.models import entry, model

from bartizan.attacks.evasion import minimum_norm
from bartizan.numerics.projections import size_of

NORMS = ("linf", "l2", "l1", "l0")
Row = dict[str, Any]
ROUNDING = 1e-6


class Counted(nn.Module):
    """Counts the passes of a model at its boundary, in examples."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner, self.forwards, self.backwards = inner, 0, 0
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.forwards += len(x)
        z = self.inner(x)
        if z.requires_grad:
            z.register_hook(self._count)
        return z

    def _count(self, g: torch.Tensor) -> None:
        self.backwards += len(g)


def rows(
    names: Iterable[str], part: Part, n: int, seeds: Iterable[int], norms: Iterable[str] = NORMS, ours_only: bool = False
) -> list[Row]:
    """One row for each model, norm, attack and seed, on the first `n` images of `part` that the model reads rightly.

    median: of the sizes, ∞ for a failure; success: share with a valid misclassified input; forwards, backwards: passes
    an image; invalid: inputs handed over as changed that lie outside the box.
    """
    seeds, out = list(seeds), []
    for name in names:
        net = model(name)
        x, y = _right(net, *images(entry(name).dataset, part), n)
        for norm in norms:
            attacks = [Peer("bartizan", _ours), *([] if ours_only else peers(norm))]
            out += [_row(name, norm, a, seed, net, x, y) for a in attacks for seed in seeds]
    return out


def _right(
    net: nn.Module, x: NDArray[np.float32], y: NDArray[np.int64], n: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    with torch.no_grad():
        right = np.flatnonzero(net(torch.from_numpy(x)).argmax(1).numpy() == y)[:n]
    return x[right], y[right]


def _ours(net: nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    found = minimum_norm(net, x, y, norm=norm, steps=STEPS, seed=seed, checks=False)
    return torch.from_numpy(found.adversarial)


def _row(
    name: str, norm: str, attack: Peer, seed: int, net: nn.Module, x: NDArray[np.float32], y: NDArray[np.int64]
) -> Row:
    torch.manual_seed(seed)
    counted = Counted(net)
    given = attack.run(counted, torch.from_numpy(x.copy()), torch.from_numpy(y.copy()), norm, seed)
    sizes, invalid = judged(net, x, y, given.detach().numpy(), norm)
    return {
        "model": name, "norm": norm, "attack": attack.name, "seed": seed, "median": float(np.median(sizes)),
        "success": float(np.isfinite(sizes).mean()), "forwards": counted.forwards / len(x),
        "backwards": counted.backwards / len(x), "invalid": invalid,
    }  # fmt: skip


def judged(
    net: nn.Module, x: NDArray[np.float32], y: NDArray[np.int64], given: NDArray[np.float32], norm: Any
) -> tuple[NDArray[np.float64], int]:
    """Size of each change, ∞ where the input is outside the box or read rightly, and how many are outside.

    What is outside by no more than the rounding of x0 + δ is clipped and not held against an attack.
    """
    flat = given.reshape(len(given), -1)
    inside = np.isfinite(flat).all(1) & (flat >= -ROUNDING).all(1) & (flat <= 1 + ROUNDING).all(1)
    clipped = given.clip(0, 1)
    with torch.no_grad():
        fooled = net(torch.from_numpy(clipped)).argmax(1).numpy() != y
    return np.where(inside & fooled, size_of(clipped.astype(np.float64) - x, norm), np.inf), int((~inside).sum())


def table(found: list[Row], say: Callable[[str], None] = print) -> None:
    """Print rows, the seeds of an attack taken together."""
    say(f"{'model':24}{'norm':6}{'attack':24}{'median':>9}{'success':>9}{'forwards':>10}{'backwards':>11}{'invalid':>9}")
    for key in dict.fromkeys((r["model"], r["norm"], r["attack"]) for r in found):
        of = [r for r in found if (r["model"], r["norm"], r["attack"]) == key]
        mean = {k: float(np.mean([r[k] for r in of])) for k in ("median", "success", "forwards", "backwards")}
        say(
            f"{key[0]:24}{key[1]:6}{key[2]:24}{mean['median']:9.4f}{mean['success']:9.3f}{mean['forwards']:10.1f}"
            f"{mean['backwards']:11.1f}{sum(r['invalid'] for r in of):9d}"
        )


def main() -> None:
    """Print the table for some models, by default the four the attack was tuned on."""
    torch.set_num_threads(1)
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("names", nargs="*", default=list(TUNED_ON))
    ask.add_argument("--n", type=int, default=200)
    ask.add_argument("--part", default="tuning")
    ask.add_argument("--seeds", type=int, default=1)
    ask.add_argument("--norms", nargs="*", default=list(NORMS))
    ask.add_argument("--ours-only", action="store_true")
    asked = ask.parse_args()
    table(rows(asked.names, asked.part, asked.n, range(asked.seeds), asked.norms, asked.ours_only))


TUNED_ON = ("fashion-cnn-pgd", "fashion-cnn-standard", "mnist-cnn-pgd", "mnist-mlp-standard")

if __name__ == "__main__":
    main()
