"""What aimed poisonings share: their parameters, what they hand over, and what they propose."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Proposal
from bartizan.core.data import Array, Labels
from bartizan.core.profile import Effort, NotApplicable
from bartizan.core.view import View
from bartizan.numerics.poison import dose_counts

Rows = NDArray[np.int64]


class DosedParams(Frozen):
    """doses: shares of the training set, each measured by itself. seeds: retrainings a dose, and of the clean twin.

    stealth: whether to measure who would see the poison, by a pass over the poisoned data.
    """

    doses: tuple[float, ...] = Field(default=(0.01, 0.05), min_length=1)
    seeds: int = Field(default=5, ge=1)
    stealth: bool = False


class AimedParams(DosedParams):
    """goal_success: share of the inputs aimed at that must err as wanted, beyond the clean twin's.

    goal_drop: the most accuracy that the other inputs may lose, lest it be noticed.
    """

    goal_success: float = Field(default=0.5, gt=0, le=1)
    goal_drop: float = Field(default=0.05, ge=0, le=1)


P = TypeVar("P", bound=DosedParams)


def most_records(params: DosedParams, view: View) -> int:
    """The largest dose in records, within the budget."""
    return max(dose_counts(params.doses, len(view.writable), view.budget.records), default=0)


def poison_of(view: View, params: DosedParams, index: Rows, y: Labels, x: Array | None = None) -> Artifact:
    """Arrays: `index`, `y`, `x` and `doses` as in `numerics.poison`; a dose that cannot be filled is cut down."""
    doses = np.array(dose_counts(params.doses, len(view.writable), view.budget.records), np.int64)
    arrays: dict[str, NDArray[np.generic]] = {
        "index": np.asarray(index, np.int64),
        "y": np.asarray(y, np.int64),
        "doses": np.unique(np.minimum(doses, len(index))),
    }
    if x is not None:
        arrays["x"] = np.asarray(x, np.float32)
    return Artifact("poisoned_set", arrays, {"records": len(index)})


def aimed_at(artifact: Artifact, victim: Rows, wanted: Labels) -> Artifact:
    """The artifact with the probes it is aimed at, and the class each shall get."""
    aim = {"victim": np.asarray(victim, np.int64), "wanted": np.asarray(wanted, np.int64)}
    return Artifact(artifact.kind, artifact.arrays | aim, artifact.claims | {"victims": len(victim)})


def dosed_proposals(
    params: P,
    title: str,
    effort: Effort,
    doses: tuple[tuple[float, ...], tuple[float, ...]],
    *,
    stealth: bool = True,
) -> list[Proposal]:
    """`doses` of the efforts standard (three seeds) and deep (ten). Raises `NotApplicable` at `quick`."""
    if effort == "quick":
        raise NotApplicable(f"{title} trains many models; the effort quick leaves it out, see --effort standard")
    standard = effort == "standard"
    sized = {"doses": doses[0 if standard else 1], "seeds": 3 if standard else 10, "stealth": stealth}
    chosen = params.model_copy(update=sized)
    return [Proposal(params=chosen.model_dump(mode="json"), examples=1000, seconds=900 if standard else 7200)]
