"""How much knowledge: the rungs of access, which of them a result really took, and the rate reached on each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bartizan.core.evidence import Evidence
from bartizan.core.finding import Rate, Rung

RUNGS = ("none", "files", "data_read", "data_write", "labels", "scores", "logits", "weights")


def rank(access: str) -> int:
    """The place of an access on the ladder; below all of it when it is no rung."""
    return RUNGS.index(access) if access in RUNGS else -1


def access_of(evidence: Mapping[str, Evidence], trial: Evidence) -> str:
    """The access a result took: a copy that was made with scores is not made without them."""
    return max((e.trial.access.name for e in (trial, *built_on(evidence, trial))), key=rank)


def built_on(evidence: Mapping[str, Evidence], trial: Evidence) -> list[Evidence]:
    """The evidence of the trials whose artifacts a trial needs. `evidence` is by name."""
    return [evidence[name] for name in trial.trial.after if name in evidence]


def ladder(reached: Iterable[tuple[str, Rate]]) -> tuple[Rung, ...]:
    """The rate reached at each access, from the least access to the most."""
    by_access = dict(reached)
    return tuple(Rung(access=a, rate=r.value, low=r.low, high=r.high) for a in RUNGS if (r := by_access.get(a)))
