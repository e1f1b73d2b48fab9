"""What defences that train again leave of poison: sanitising, relabelling, strong augmentation, votes of partitions.

Each is given the poisoned records and told nothing: no trusted records, no trigger, no class. Beside it stand the same
training without a defence, and without the poison. All of a defence's parameters are its defaults. Each defended
model is scanned again, and what the defence changes elsewhere is measured as for repairs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import torch
from evasion.data import images
from numpy.typing import NDArray

from bartizan.attacks.stacked import RecipeTarget
from bartizan.core.contracts import Defense
from bartizan.core.data import Data
from bartizan.core.target import Target
from bartizan.defenses.cleaned import CALLED
from bartizan.defenses.partition_aggregation import PartitionAggregation, Voting
from bartizan.defenses.relabelling import Relabelling
from bartizan.defenses.sanitising import Sanitising
from bartizan.defenses.strong_augmentation import StrongAugmentation
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.seeds import child

from .planting import CLASSES, SIDE, Images, Labels, planted, poison
from .repairs import FURTHER, scanned
from .rows import record
from .side_effects import side_effects
from .small_models import DataSet, adversarial, recipe, trained_on

DEFENCES: tuple[Defense, ...] = (Sanitising(), Relabelling(), StrongAugmentation(), PartitionAggregation())
TRIGGERS = ("patch", "blended", "sinusoidal", "warp", "clean-label")
FLIPS = "flipped labels"
SHARES = (0.01, 0.1)  # of the training set; all records of a class are no more than that
VOTED = 1000  # of the further images, on which votes are certified


@dataclass(frozen=True)
class Poisoned:
    """x, y: what is trained on; bad: which records are the adversary's. hits: of so many held-out images (x, y), how
    many a model turns as wanted; None where nothing is wanted of single images."""

    x: Images
    y: Labels
    bad: NDArray[np.bool_]
    hits: Callable[[Target, Images, Labels], tuple[int, int]] | None


def run(only: str = "", runs: int = 5, first: int = 0, **_: Any) -> None:
    """One row for each architecture, poison, share, seed and defence; `only` selects by
    `DATA-ARCHITECTURE-POISON-DEFENCE`, `first` is the first seed."""
    torch.set_num_threads(1)
    for seed in range(first, first + runs):
        for data, architecture, kind, share in product(("fashion",), ("mlp", "cnn"), (*TRIGGERS, FLIPS), SHARES):
            asked = [d for d in DEFENCES if only in f"{data}-{architecture}-{kind}-{d.spec.id}"]
            if asked:
                rows(data, architecture, kind, share, seed, asked)


def rows(data: DataSet, architecture: str, kind: str, share: float, seed: int, defences: Sequence[Defense]) -> None:
    """The rows of one poison."""
    clean = tuple(a[trained_on(seed)[0]] for a in images(data, "train"))
    given = _poisoned(data, kind, share, seed, clean)
    start = RecipeTarget(recipe(architecture), CLASSES, (1, SIDE, SIDE))
    victim, twin = (start.retrain(x, y, seed=child(seed, "first")) for x, y in ((given.x, given.y), clean))
    both = {"records": int(given.bad.sum()), "before": _left(victim, given, data), "twin": _left(twin, given, data)}
    besides = {"side_before": side_effects(victim.weights(), data, seed)}
    for defence in defences:
        began, params = time.process_time(), defence.params()
        arrays = defence.fit(victim, Data.of(given.x, given.y), params=params, seed=seed)
        kept = defence.wrap(victim, arrays, params=params, seed=seed, digest="defended")
        spent = round(time.process_time() - began, 1)
        key = {
            "row": defence.spec.id,
            "version": defence.spec.version,
            "data": data,
            "architecture": architecture,
            "kind": kind,
            "share": share,
        }
        more = {**_went(arrays, given), **_certified(kept, data), **besides, **_looked_into(kept, data, seed)}
        values = {**both, "after": _left(kept, given, data), **more, "cpu_seconds": spent}
        record("prevent", {**key, "seed": seed}, {**values, "params": params.model_dump(mode="json")})


def _poisoned(data: DataSet, kind: str, share: float, seed: int, clean: tuple[Images, Labels]) -> Poisoned:
    x, y = clean
    if kind == FLIPS:
        rng = np.random.default_rng([seed, 11])
        bad = np.isin(np.arange(len(y)), rng.permutation(len(y))[: round(share * len(y))])
        others = (y + rng.integers(1, CLASSES, len(y))) % CLASSES
        return Poisoned(x, np.where(bad, others, y), bad, None)
    trigger = planted(kind, seed, lambda: clean)
    px, py = poison(trigger, x, y, seed, adversarial(data), share)

    def hits(model: Target, x: Images, y: Labels) -> tuple[int, int]:
        own = trigger.victims(y)
        said = model.labels(trigger.stamp(x[own]))
        return int((said == trigger.wanted(y[own])).sum()), int(own.sum())

    return Poisoned(np.concatenate([x, px]), np.concatenate([y, py]), np.arange(len(y) + len(py)) >= len(y), hits)


def _left(model: Target, given: Poisoned, data: DataSet) -> dict[str, Any]:
    """Clean accuracy and success of the trigger, on held-out images."""
    x, y = (a[FURTHER] for a in images(data, "streaming"))
    found: dict[str, Any] = {"accuracy": round(float((model.labels(x) == y).mean()), 4)}
    if given.hits is not None:
        k, n = given.hits(model, x, y)
        found["success"] = [round(v, 3) for v in (k / n, *clopper_pearson(k, n))]
    return found


class Averaged(torch.nn.Module):
    """Log of the mean probability of voters: the votes themselves have no gradient to attack by."""

    def __init__(self, voters: Sequence[Target]) -> None:
        super().__init__()
        self.nets = torch.nn.ModuleList(v.weights() for v in voters)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack([net(x).softmax(1) for net in self.nets]).mean(0).clamp_min(1e-12).log()


def _looked_into(kept: Target, data: DataSet, seed: int) -> dict[str, Any]:
    """The verdict of another scan, which votes have none of, and the side effects."""
    if isinstance(kept, Voting):
        return {"side_after": side_effects(Averaged(kept.voters).eval(), data, seed)}
    return {"scan": scanned(kept.weights(), data), "side_after": side_effects(kept.weights(), data, seed)}


def _went(arrays: dict[str, Any], given: Poisoned) -> dict[str, float]:
    """Shares of the adversary's records and of the others that were left out or called otherwise."""
    if CALLED not in arrays:
        return {}
    went = arrays[CALLED] != given.y
    return {"went_bad": round(float(went[given.bad].mean()), 3), "went_good": round(float(went[~given.bad].mean()), 4)}


def _certified(model: Target, data: DataSet) -> dict[str, Any]:
    """Share of held-out images answered rightly, whatever one record of the training set had been."""
    if not isinstance(model, Voting):
        return {}
    x, y = (a[FURTHER][:VOTED] for a in images(data, "streaming"))
    sure = (model.labels(x) == y) & (model.certified_records(x) >= 1)
    return {"certified": [round(float(v), 3) for v in (sure.mean(), *clopper_pearson(int(sure.sum()), len(y)))]}
