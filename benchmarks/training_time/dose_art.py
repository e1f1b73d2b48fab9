"""ART's gradient matching beside ours: the same records, recipe, size of the change, input aimed at and retrainings.

Both know the recipe: each trains networks of its own by it (ours two, or one as ART's takes), makes the poison anew
for each number of records, and picks its records among those of the class wanted. ART as its authors set it: the best
of 8 restarts of 250 steps over the records by 128; only its reading of the records stays in this process, which
changes no number and saves starting a process for each of the 2,000 steps. The victims are retrained from the same
seeds whoever poisoned them, and counted here in one way for both, without the referee.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bartizan.attacks.stacked import RecipeTarget
from bartizan.core import plugins
from bartizan.core.access import Access, Budget
from bartizan.core.data import Data, Roles
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.numerics.poison import poisoned
from bartizan.numerics.seeds import child, seeded

from .art import wrapped
from .dose_cases import Case, Records
from .rows import record

ATTACK = "gradient_matching"
OURS = {"ours": {}, "ours, one network": {"networks": 1}}


@dataclass(frozen=True)
class Aim:
    """x: the input (1×…), its class and the one that it shall get."""

    x: NDArray[np.float32]
    own: int
    wanted: int


def beside(case: Case, draw: int, runs: int) -> None:
    """For each share of the records, ours and ART's: in how many retrainings the input got the class wanted."""
    for share in case.doses:
        for by, params in OURS.items():
            began = time.process_time()
            poison, aim = ours(case, draw, share, params)
            _row(case, draw, share, by, poison, aim, began, runs)
        began = time.process_time()
        _row(case, draw, share, "ART", by_art(case, draw, share, aim), aim, began, runs)


def ours(case: Case, draw: int, share: float, params: dict[str, Any]) -> tuple[Records, Aim]:
    """The training set with the poison in it, made as `dose_response` has it made."""
    plugin = plugins.attack("attack", ATTACK)
    training, test = Data.of(*case.set.training()), Data.of(*case.set.test())
    access = Access(capabilities=(Capability.DATA_WRITE, Capability.RECIPE))
    view = grant(_untrained(case), access, Budget(), Roles(probe=test, writable=training))
    chosen = type(plugin).params.model_validate({"doses": (share,), **case.params, **params})
    arrays = plugin.run(view, params=chosen, seed=child(draw, "attack")).arrays
    victim, wanted = arrays["victim"][:1], int(arrays["wanted"][0])
    aim = Aim(test.x[victim], int(test.y[victim][0]), wanted)
    return poisoned(training, arrays, int(arrays["doses"][-1])), aim


def by_art(case: Case, draw: int, share: float, aim: Aim) -> Records:
    """The same by ART, within the same size of change (`eps` is a share of the range in both)."""
    from art.attacks.poisoning import GradientMatchingAttack

    x, y = case.set.training()
    net = _untrained(case).retrain(x, y, seed=child(draw, "ART's network")).weights().requires_grad_(True)
    own = wrapped(net, case.set.classes, x.shape[1:])
    low, high = case.set.bounds
    eps = case.params.get("eps", 0.1) * (high - low)
    attack = GradientMatchingAttack(own, percent_poison=share, epsilon=eps, clip_values=(low, high), verbose=0)
    with seeded(child(draw, "ART")), _read_here():
        moved, labels = attack.poison(aim.x, np.array([aim.wanted]), x, y)
    return np.asarray(moved, np.float32), np.asarray(labels, np.int64)


@contextmanager
def _read_here() -> Iterator[None]:
    """Loaders that start no worker."""
    given = torch.utils.data.DataLoader
    torch.utils.data.DataLoader = lambda *args, **how: given(*args, **{**how, "num_workers": 0})  # type: ignore
    try:
        yield
    finally:
        torch.utils.data.DataLoader = given  # type: ignore


def _untrained(case: Case) -> RecipeTarget:
    one = case.set
    return RecipeTarget(one.recipe, one.classes, one.training()[0].shape[1:], bounds=one.bounds)


def _row(case: Case, draw: int, share: float, by: str, poison: Records, aim: Aim, began: float, runs: int) -> None:
    spent = round(time.process_time() - began, 1)
    key = {"row": "peer", "set": case.set.name, "kind": case.name, "knows": case.knows, "draw": draw}
    x, y = case.set.training()
    change = np.abs(poison[0] - x).reshape(len(x), -1).max(axis=1)
    said = _answers(case, draw, poison, aim, runs)
    values = {
        "records": int((change > 0).sum()), "largest_change": round(float(change.max()), 4),
        "relabelled": int((poison[1] != y).sum()), "own": aim.own, "wanted": aim.wanted,
        "reached": int((said == aim.wanted).sum()), "kept": int((said == aim.own).sum()), "retrainings": runs,
        "twins_reached": int((_answers(case, draw, (x, y), aim, runs) == aim.wanted).sum()), "cpu_seconds": spent,
    }  # fmt: skip
    record("dose", {**key, "share": share, "by": by}, values)


def _answers(case: Case, draw: int, records: Records, aim: Aim, runs: int) -> NDArray[np.int64]:
    """What each retraining says of the input."""
    seeds = [child(draw, "victim", i) for i in range(runs)]
    return np.array([m.scores(aim.x)[0].argmax() for m in _untrained(case).retrain_all(*records, seeds=seeds)])
