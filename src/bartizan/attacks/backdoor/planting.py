"""What all plantings of a trigger share: whom it shall lead where, which records carry it, and what is handed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Proposal
from bartizan.core.data import Array, Data, Labels
from bartizan.core.profile import Effort, NotApplicable
from bartizan.core.view import View
from bartizan.numerics.poison import dose_counts
from bartizan.numerics.triggers import Trigger, triggered

Goal = Literal["all_to_one", "all_to_all", "source_specific"]
Rows = NDArray[np.int64]


class PlantingParams(Frozen):
    """doses: shares of the training set, each measured by itself. seeds: retrainings a dose, and of the clean twin.

    goal: every class to `target_class`, each class to the next one, or `source_class` alone to `target_class`.
    goal_success, goal_drop: the trigger must work at least so often, at no more loss of benign accuracy than that.
    stealth: whether to measure who would see the poison, by a pass over the poisoned data.
    """

    doses: tuple[float, ...] = Field(default=(0.01, 0.05), min_length=1)
    seeds: int = Field(default=5, ge=1)
    goal: Goal = "all_to_one"
    target_class: int = Field(default=0, ge=0)
    source_class: int = Field(default=1, ge=0)
    goal_success: float = Field(default=0.8, gt=0, le=1)
    goal_drop: float = Field(default=0.05, ge=0, le=1)
    stealth: bool = False


@dataclass(frozen=True)
class Poison:
    """Positions among the writable records, the most useful first, and what they become."""

    index: Rows
    x: Array
    y: Labels


@dataclass(frozen=True)
class Covered:
    """Positions, the most useful first, which of them are covers that keep their labels, and all their labels."""

    index: Rows
    kept: NDArray[np.bool_]
    y: Labels


def wanted_classes(params: PlantingParams, classes: int) -> Labels:
    """For each class the one its inputs shall get with the trigger on them; −1 for those that are to stay."""
    target = params.target_class % classes
    if params.goal == "all_to_all":
        return (np.arange(classes) + 1) % classes
    wanted = np.full(classes, -1, np.int64)
    source = params.source_class % classes
    source = (source + 1) % classes if source == target else source
    wanted[np.arange(classes) if params.goal == "all_to_one" else source] = target
    wanted[target] = -1
    return wanted


def mislabelled(clean: Data, trigger: Trigger, wanted: Labels, n: int, seed: int) -> Poison:
    """`n` records with the trigger and the label it shall lead to.

    Where one class alone is to obey, every second record is of another class and keeps its label under the trigger,
    lest the trigger alone be learnt (Tang, Wang, Tang and Zhang, USENIX Security 2021).
    """
    goal = wanted[clean.y]
    aims = np.unique(wanted[wanted >= 0])
    cover = np.flatnonzero((goal < 0) & ~np.isin(clean.y, aims))
    main, kept = split(np.flatnonzero(goal >= 0), cover, n, 1.0 if len(cover) else 0.0, seed)
    index = main.copy()
    index[kept] = cover_rows(cover, int(kept.sum()), seed)
    y = np.where(kept, clean.y[index], goal[index])
    return Poison(index, triggered(clean.x[index], trigger), y.astype(np.int64))


def covered(clean: Data, wanted: Labels, n: int, ratio: float, seed: int) -> Covered:
    """`n` records that shall get another class, and between them covers of any, `ratio` for each that is none."""
    main, everyone = np.flatnonzero(wanted[clean.y] >= 0), np.arange(len(clean))
    index, kept = split(main, everyone, n, ratio, seed)
    index[kept] = cover_rows(np.setdiff1d(everyone, index[~kept]), int(kept.sum()), seed)
    y = np.where(kept, clean.y[index], wanted[clean.y[index]])
    return Covered(index, kept, y.astype(np.int64))


def split(main: Rows, cover: Rows, n: int, ratio: float, seed: int) -> tuple[Rows, NDArray[np.bool_]]:
    """`n` places for poison, and which of them go to covers, `ratio` of them for each that is none, evenly spread.

    The places of the others are filled from `main` in random order; fewer than `n` where there are not enough records.
    """
    order = np.random.default_rng(seed).permutation(main).astype(np.int64)
    share = ratio / (1 + ratio)
    place = np.arange(n + 1) * share
    kept = np.diff(np.floor(place)) > 0 if n else np.zeros(0, np.bool_)
    enough = (np.cumsum(~kept) <= len(order)) & (np.cumsum(kept) <= len(cover))
    kept = kept[: int(enough.sum())]
    rows = np.zeros(len(kept), np.int64)
    rows[~kept] = order[: int((~kept).sum())]
    return rows, kept


def cover_rows(cover: Rows, n: int, seed: int) -> Rows:
    """`n` of the records that may serve as covers, in random order."""
    return np.random.default_rng([seed, 1]).permutation(cover).astype(np.int64)[:n]


def doses_within(params: Any, view: View) -> tuple[int, ...]:
    """Numbers of records, ascending, within the budget; none where nothing may be written."""
    return dose_counts(params.doses, len(view.writable), view.budget.records)


def handed_over(view: View, params: PlantingParams, trigger: Trigger, poison: Poison, **claims: Any) -> Artifact:
    """Arrays: `index`, `x`, `y`, `doses` as in `numerics.poison`; `wanted` (a class for each class, −1 for none); the
    trigger as in `numerics.triggers`."""
    doses = np.array(doses_within(params, view), np.int64)
    arrays: dict[str, NDArray[np.generic]] = {
        "index": poison.index,
        "x": poison.x,
        "y": poison.y,
        "doses": np.unique(np.minimum(doses, len(poison.index))),
        "wanted": wanted_classes(params, view.info.classes),
        **trigger.stored(),
    }
    return Artifact(
        kind="trigger", arrays=arrays, claims={"records": len(poison.index), "trigger": trigger.kind, **claims}
    )


def planting_proposals(params: PlantingParams, title: str, effort: Effort) -> list[Proposal]:
    """Two doses and three seeds (standard: nine trainings), five and ten (deep). Raises `NotApplicable` at `quick`,
    where BadNets stands for all triggers."""
    if effort == "quick":
        raise NotApplicable(f"{title} trains nine models; the effort quick plants one trigger, BadNets: see --effort")
    standard = effort == "standard"
    doses, seeds = ((0.01, 0.05), 3) if standard else ((0.002, 0.005, 0.01, 0.02, 0.05), 10)
    chosen = params.model_copy(update={"doses": doses, "seeds": seeds, "stealth": True})
    return [Proposal(params=chosen.model_dump(mode="json"), examples=1000, seconds=900 if standard else 7200)]


def own_class(clean: Data, target: int, n: int, seed: int) -> Rows:
    """`n` records of the target class in random order, for poison whose labels are right; fewer if there are fewer."""
    return np.random.default_rng(seed).permutation(np.flatnonzero(clean.y == target)).astype(np.int64)[:n]
