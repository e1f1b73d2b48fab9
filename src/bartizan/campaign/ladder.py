"""How much knowledge: the rungs of access, which of them a result really took, and the rate reached on each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bartizan.core import plugins
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Rate, Rung
from bartizan.core.vocabulary import Capability

from .reading import Reading

TRANSFER, RECIPE, ADAPTIVE, LABEL_WRITE = "transfer", "recipe", "adaptive", "label_write"
ASKING = ("labels", "scores")
FEW = "_few"
RUNGS = (
    *("none", "files", "data_read", "label_write", "data_write"),
    *(rung for asked in ASKING for rung in (asked + FEW, asked)),
    *(TRANSFER, RECIPE, "logits", "weights", ADAPTIVE),
)
"""Names of access, and more: labels written and nothing else, the fewest queries of a curve, attacks prepared on a
copy, models of one's own trained by the model's recipe, and of a treated target its gradients (its defences hand over
the best there is) or such models, which are trained with the defence."""
INSIDE = ("logits", "weights")


@dataclass(frozen=True)
class Reached:
    """What was reached on one rung, and with how many queries, where that is known."""

    rung: str
    rate: Rate
    queries: int | None = None


def rank(access: str) -> int:
    """The place of an access on the ladder; below all of it when it is no rung."""
    return RUNGS.index(access) if access in RUNGS else -1


def access_of(evidence: Mapping[str, Evidence], trial: Evidence) -> str:
    """The access a result took: a copy that was made with scores is not made without them."""
    return max((e.trial.access.name for e in (trial, *built_on(evidence, trial))), key=rank)


def rung_of(evidence: Mapping[str, Evidence], trial: Evidence) -> str:
    """Where a result stands on the ladder: its access, unless it was prepared on a copy or with models of the same
    recipe, or knew of a defence. Whoever trains such models of a treated target trains them with its defence."""
    own, recipe = trial.trial.access.name, trial.trial.access.allows(Capability.RECIPE)
    if trial.trial.subject.treatments and (own in INSIDE or recipe):
        return ADAPTIVE
    if recipe and own not in INSIDE:
        return RECIPE
    if own == "data_write" and plugins.attack(trial.trial.kind, trial.trial.plugin).spec.labels_only:
        return LABEL_WRITE
    return TRANSFER if own == "none" and built_on(evidence, trial) else access_of(evidence, trial)


def built_on(evidence: Mapping[str, Evidence], trial: Evidence) -> list[Evidence]:
    """The evidence of the trials whose artifacts a trial needs. `evidence` is by name."""
    return [evidence[name] for name in trial.trial.after if name in evidence]


def reached(rung: str, reading: Reading, each: int | None = None) -> Iterator[Reached]:
    """The rung with all its estimates; before it, where asking made a curve, the one with the fewest queries.

    each: queries for each example, for a rung without a curve.
    """
    asked = {int(p.measured.at["queries"]) for p in reading.points if "queries" in p.measured.at}
    if rung in ASKING and len(asked) > 1:
        few = min(asked)
        points = tuple(p for p in reading.points if p.measured.at.get("queries") == few)
        yield Reached(rung + FEW, replace(reading, points=points).rate(), few)
    spent = reading.worst().measured.at.get("queries", each)
    yield Reached(rung, reading.rate(), None if spent is None else int(spent))


def ladder(found: Iterable[Reached]) -> tuple[Rung, ...]:
    """The rate reached on each rung, from the least knowledge to the most."""
    by_rung = {r.rung: r for r in found}
    return tuple(
        Rung(access=a, rate=r.rate.value, low=r.rate.low, high=r.rate.high, queries=r.queries)
        for a in RUNGS
        if (r := by_rung.get(a))
    )
