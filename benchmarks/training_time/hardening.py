"""A supplier who knows the scan: plants a trigger, then teaches the model to resist whatever the scan would invert."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from bartizan.attacks.backdoor.inhand import ScanSettings
from bartizan.numerics.inversion.families import Family
from bartizan.numerics.inversion.invert import Search, answers, clean_margin, invert
from bartizan.numerics.inversion.moves import Parameters
from bartizan.numerics.inversion.questions import targets

from .planting import CLASSES, Images, Labels

ROUNDS, STEPS, LOOKED_AT = 4, 60, 400


def hardened(net: nn.Module, x: Images, y: Labels, clean_x: Images, clean_y: Labels, seed: int) -> nn.Module:
    """`net` after rounds of inverting triggers towards every class and learning to answer rightly in spite of them.

    x, y: what it was trained on, the planted records included, which it goes on learning, lest it forget them.
    """
    net = copy.deepcopy(net)
    for turn in range(ROUNDS):
        found = _inverted(net, clean_x[:LOOKED_AT], clean_y[:LOOKED_AT], seed + turn)
        _learn(net, found, x, y, clean_x, clean_y, seed + turn)
    return net.eval()


def _inverted(net: nn.Module, x: Images, y: Labels, seed: int) -> list[tuple[Family, Parameters]]:
    unit, asked = clean_margin(answers(net, x), y), targets(list(range(CLASSES)))
    families = ScanSettings().families((1, 28, 28), (0.0, 1.0))
    return [(f, invert(net, f, asked, x, y, unit, Search(STEPS), seed)) for f in families]


def _learn(
    net: nn.Module, found: list[tuple[Family, Parameters]], x: Images, y: Labels, clean_x: Images, clean_y: Labels,
    seed: int,
) -> None:  # fmt: skip
    """One pass over the records, each batch beside as many clean ones that carry inverted triggers."""
    rng, optimiser = np.random.default_rng([seed, 3]), torch.optim.Adam(net.parameters(), lr=1e-3)
    for rows in np.array_split(rng.permutation(len(y)), -(-len(y) // 64)):
        family, p = found[rng.integers(len(found))]
        carried = _carrying(family, p, clean_x, clean_y, rng)
        xb = torch.cat([torch.from_numpy(x[rows]), carried[0]])
        yb = torch.cat([torch.from_numpy(y[rows]), carried[1]])
        optimiser.zero_grad()
        F.cross_entropy(net(xb), yb).backward()
        optimiser.step()


def _carrying(
    family: Family, p: Parameters, x: Images, y: Labels, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """For each question six clean records with its trigger, and their own labels."""
    rows = rng.integers(len(y), size=(CLASSES + 1, 6))
    with torch.no_grad():
        changed = family.apply(p, torch.from_numpy(x[rows]))
    return changed.flatten(0, 1), torch.from_numpy(y[rows].ravel())
