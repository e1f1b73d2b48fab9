"""How much knowledge: the rungs of access, which of them a result really took, and the rate reached on each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bartizan.core.evidence import Evidence
from bartizan.core.finding import Rate, Rung

TRANSFER, ADAPTIVE = "transfer", "adaptive"
RUNGS = ("none", "files", "data_read", "data_write", "labels", "scores", TRANSFER, "logits", "weights", ADAPTIVE)
"""Names of access, and two more: attacks prepared on a copy, and gradients of a treated target, whose defences hand
over the best gradient there is."""
INSIDE = ("logits", "weights")


def rank(access: str) -> int:
    """The place of an access on the ladder; below all of it when it is no rung."""
    return RUNGS.index(access) if access in RUNGS else -1


def access_of(evidence: Mapping[str, Evidence], trial: Evidence) -> str:
    """The access a result took: a copy that was made with scores is not made without them."""
    return max((e.trial.access.name for e in (trial, *built_on(evidence, trial))), key=rank)


def rung_of(evidence: Mapping[str, Evidence], trial: Evidence) -> str:
    """Where a result stands on the ladder: its access, unless it was prepared on a copy or knew of a defence."""
    own = trial.trial.access.name
    if trial.trial.subject.treatments and own in INSIDE:
        return ADAPTIVE
    return TRANSFER if own == "none" and built_on(evidence, trial) else access_of(evidence, trial)


def built_on(evidence: Mapping[str, Evidence], trial: Evidence) -> list[Evidence]:
    """The evidence of the trials whose artifacts a trial needs. `evidence` is by name."""
    return [evidence[name] for name in trial.trial.after if name in evidence]


def ladder(reached: Iterable[tuple[str, Rate]]) -> tuple[Rung, ...]:
    """The rate reached on each rung, from the least knowledge to the most."""
    by_rung = dict(reached)
    return tuple(Rung(access=a, rate=r.value, low=r.low, high=r.high) for a in RUNGS if (r := by_rung.get(a)))
