"""The ladder of knowledge before a treatment beside the one after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bartizan.core.finding import Finding, Rate, Rung
from bartizan.core.treatment import Retest, Treatment
from bartizan.report import wording
from bartizan.report.answers import own_access, standing
from bartizan.report.numbers import percent

ADAPTIVE = "adaptive"
BELOW = ("recipe", "logits", "weights")
"""What the adaptive rung grows out of: models of one's own, which learn the defence too, or gradients through it."""
ORDER = tuple(wording.ACCESS)
HIDES = "Clearly held off are only those who know less: this may hide the weakness and not mend it."
HOLDS = "The gain holds against attacks that know the defence."
UNTRIED = {
    "tpr": "No attack trained models of its own with the defence: what knowing it is worth was not measured.",
    "fidelity": "A copy is learnt from answers alone; no thief here used what it may know of the defence.",
    "": "No attack followed the gradients of the treated model: what knowing the defence is worth was not measured.",
}
ADAPTS = {
    "tpr": ("Whoever trains models of the same recipe and defence", "with models of the same recipe"),
    "": ("Whoever follows the gradients and knows the defence", "by gradients"),
}
"""By estimand: who knows the defence, and by what means they got as far without one."""
LEGEND = {
    "labels_few": "Few: the fewest queries of the curve.",
    "scores_few": "Few: the fewest queries of the curve.",
    "transfer": "Transfer: prepared on a copy.",
    "recipe": "Own models: trained by the model's recipe.",
}
BESIDE = {
    "tpr": "Adaptive: own models trained with the defence; before, the own models of the model as described.",
    "": "Adaptive: following the gradients and knowing the defence; before, the gradients of the model as described.",
}


@dataclass(frozen=True)
class Step:
    """One rung before and after; None where nothing stood on it.

    `adaptive` is beside the gradients of the model as described, or beside models of one's own, of which there was no
    more to know.
    """

    access: str
    before: Rung | None
    after: Rung | None

    @property
    def fell(self) -> bool:
        """Clearly less after: the two intervals do not overlap."""
        return self.before is not None and self.after is not None and self.after.high < self.before.low


@dataclass(frozen=True)
class Climb:
    """One ladder before and after a treatment, and the ids of the `findings` that share it. estimand: of its rates."""

    findings: tuple[str, ...]
    tolerance: float
    steps: tuple[Step, ...]
    estimand: str = ""

    @property
    def top(self) -> Step | None:
        """The adaptive rung; None where nothing after the treatment stands on it."""
        return next((s for s in self.steps if s.access == ADAPTIVE), None)


def climbs(treatment: Treatment, findings: Mapping[str, Finding]) -> list[Climb]:
    """Every ladder of two rungs or more, once for all findings that share it. `findings` is by id."""
    shared: dict[tuple[float, str, tuple[Step, ...]], list[Retest]] = {}
    for r in treatment.retests:
        f = findings.get(r.finding)
        if f is not None and r.measured.knowledge and _alike(r):
            ladder = steps(f.knowledge, r.measured.knowledge)
            shared.setdefault((f.tolerance, r.before.estimand if r.before else "", ladder), []).append(r)
    return [
        Climb(tuple(r.finding for r in own), tolerance, tuple(_with_own(s, own, findings) for s in found), estimand)
        for (tolerance, estimand, found), own in shared.items()
        if len(found) > 1
    ]


def _alike(retest: Retest) -> bool:
    """Whether both rates, and so both ladders, are of one harm."""
    return bool(retest.before and retest.after and retest.before.estimand == retest.after.estimand)


def _with_own(step: Step, retests: Iterable[Retest], findings: Mapping[str, Finding]) -> Step:
    """A rung with the rates of the findings that stand on it, as in the block of each: several attacks together reach
    more than those of one access."""
    access = step.before.access if step.before else None
    mine = [r for r in retests if access is not None and own_access(findings[r.finding]) == access]
    before = max((r.before for r in mine if r.before), key=lambda rate: rate.value, default=None)
    after = max((r.after for r in mine if r.after), key=lambda rate: rate.value, default=None)
    return Step(step.access, _at(step.before, before), _at(step.after, after))


def _at(rung: Rung | None, rate: Rate | None) -> Rung | None:
    return rung if rung is None or rate is None else standing(rung, rate)


def steps(before: Iterable[Rung], after: Iterable[Rung]) -> tuple[Step, ...]:
    """Rungs of the same access side by side, from the least knowledge to the most."""
    one, other = {r.access: r for r in before}, {r.access: r for r in after}
    inside = next((a for a in reversed(BELOW) if a in one and a not in other), None)
    if ADAPTIVE in other and inside is not None:
        one[ADAPTIVE] = one.pop(inside)
    return tuple(Step(a, one.get(a), other.get(a)) for a in sorted({*one, *other}, key=_place))


def _place(access: str) -> int:
    return ORDER.index(access) if access in ORDER else -1


def reading(climb: Climb) -> str:
    """What its rungs are, where a name does not say it."""
    there = [s.access for s in climb.steps]
    words = [LEGEND[a] for a in there if a in LEGEND]
    words += [BESIDE.get(climb.estimand, BESIDE[""])] if ADAPTIVE in there else []
    return " ".join(dict.fromkeys(words))


def said(climb: Climb) -> str:
    """What the adaptive rung says of the treatment, in plain words; and where less knowledge does better than more."""
    top = climb.top
    if top is None or top.after is None:
        return UNTRIED.get(climb.estimand, UNTRIED[""])
    who, means = ADAPTS.get(climb.estimand, ADAPTS[""])
    line = f"{who} reaches {of(top.after)}"
    line += f"; before, {means}, {of(top.before)}." if top.before else "."
    return " ".join([line, *_judged(climb, top, top.after)])


def _judged(climb: Climb, top: Step, after: Rung) -> list[str]:
    below = [s for s in climb.steps if s is not top]
    if better := [s.access for s in below if s.after is not None and s.after.low > after.high]:
        names = " and ".join(wording.access(a) for a in better)
        what = "these models" if climb.estimand == "tpr" else "these gradients"
        return [f"But {names} reach more, so {what} mislead and do not say how much falls at most."]
    if top.fell:
        return [HOLDS]
    return [HIDES] if any(s.fell for s in below) else []


def of(rung: Rung) -> str:
    """`14 % (9.5 % to 20 %)`."""
    return f"{percent(rung.rate)} ({percent(rung.low)} to {percent(rung.high)})"
