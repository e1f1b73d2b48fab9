"""Findings → treatments: what to do about them, what can be tried at once, what does not fit, what never to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.core.contracts import Defense
from bartizan.core.finding import Finding
from bartizan.core.plugins import plugins
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.system import System
from bartizan.core.threat import Vulnerability
from bartizan.core.treatment import Treatment
from bartizan.core.vocabulary import EffectKind, Verdict
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.fit import burdens, never, obstacles
from bartizan.knowledge.in_place import in_place
from bartizan.knowledge.schema import DefenceEntry

from .conflicts import conflicts

OPEN = (Verdict.EXPLOITED, Verdict.INCONCLUSIVE, Verdict.UNTESTED)
MEASURED = (Verdict.EXPLOITED, Verdict.INCONCLUSIVE)  # only these can be tried again and compared
BEST = 3
STRENGTH = (  # from what makes the model itself better to what merely makes attacking it less attractive
    EffectKind.IMPROVES, EffectKind.CERTIFIES, EffectKind.LIMITS, EffectKind.RECOVERS, EffectKind.DETECTS,
    EffectKind.DETERS, EffectKind.VERIFIES, EffectKind.NONE,
)  # fmt: skip
SEVERITY = ("low", "medium", "high", "critical")


def choose(
    system: System,
    kb: KnowledgeBase,
    findings: tuple[Finding, ...],
    vulnerabilities: tuple[Vulnerability, ...],
    profiles: Mapping[str, Profile],
    effort: Effort = "quick",
) -> tuple[Treatment, ...]:
    """Treatments for what is exploited, inconclusive or untested, model by model.

    First those a plugin can apply here and now (`plugin` is set, `params` are what it proposes), then, for each
    finding, the three best others of the catalogue (`_merit` says what is better); then what is in place or does not
    fit, with the reason, and the broken ones, so that nobody proposes them again. Methods that only verify are no
    treatments and are left out.
    """
    chosen: list[Treatment] = []
    for model, profile in profiles.items():
        open_here = tuple(f for f in findings if f.asset == model and f.verdict in OPEN)
        if open_here:
            techniques = tuple(dict.fromkeys(v.technique for v in vulnerabilities if v.asset == model))
            chosen += _for_model(_Case(system, kb, model, profile, open_here, techniques, effort))
    return tuple(chosen)


@dataclass(frozen=True)
class _Case:
    """One model with its open findings."""

    system: System
    kb: KnowledgeBase
    model: str
    profile: Profile
    findings: tuple[Finding, ...]
    techniques: tuple[str, ...]
    effort: Effort

    def countered(self, techniques: Iterable[str]) -> tuple[Finding, ...]:
        """The open findings that answer to one of these techniques, the most severe first."""
        wanted = set(techniques)
        found = [f for f in self.findings if f.technique in wanted]
        return tuple(sorted(found, key=lambda f: (-SEVERITY.index(f.severity), f.rank, f.id)))


def _for_model(case: _Case) -> list[Treatment]:
    there = in_place(case.system, case.model)
    ours = [t for cls in plugins("defenses").values() if (t := _by_plugin(case, cls, there)) is not None]
    handled = {t.defence for t in ours}
    catalogue = [
        t
        for entry in case.kb.defences.values()
        if entry.id not in handled and (t := _by_hand(case, entry, there)) is not None
    ]
    best = {id for f in case.findings for id in _best(f, catalogue, case)}
    catalogue = [t for t in catalogue if t.status != "recommended" or t.id in best]
    together = [t.defence for t in ours if t.status == "recommended"]
    found = [_with_conflicts(t, case, together) for t in (*ours, *catalogue)]
    return sorted(found, key=lambda t: _order(t, case))


def _by_plugin(case: _Case, cls: type[Any], there: Mapping[str, str]) -> Treatment | None:
    """What one of our defence plugins can do, or why it cannot; None when it answers nothing that is open."""
    defense = cls()
    assert isinstance(defense, Defense)
    spec = defense.spec
    entry = case.kb.defences.get(spec.defence)
    countered = case.countered(spec.counters)
    if entry is None or not any(f.verdict in MEASURED for f in countered):
        return None
    treatment = Treatment(
        id=f"{spec.id}@{case.model}",
        defence=entry.id,
        plugin=spec.id,
        title=spec.title,
        effects=entry.effect,
        status="recommended",
        reason=_why(countered, case, entry),
        for_findings=tuple(f.id for f in countered),
    )
    if entry.id in there:
        return _set_aside(treatment, "in_place", f"Already in place: {there[entry.id]}.")
    try:
        _check(defense, case.profile)
        params = defense.propose(case.profile, case.effort)
    except NotApplicable as error:
        return _set_aside(treatment, "does_not_fit", str(error))
    reason = " ".join(s for s in (treatment.reason, defense.assumes(defense.params.model_validate(params))) if s)
    return treatment.model_copy(update={"params": dict(params), "reason": reason})


def _check(defense: Defense, profile: Profile) -> None:
    spec = defense.spec
    if spec.differentiable and not profile.differentiable:
        raise NotApplicable(f"{spec.title} needs gradients, and this kind of model has none.")
    if spec.retrainable and not profile.retrainable:
        raise NotApplicable(f"{spec.title} trains the model again, and the description names no retrain function.")
    if profile.modality not in spec.modalities:
        raise NotApplicable(f"{spec.title} is not defined for {profile.modality} data.")


def _set_aside(treatment: Treatment, status: str, reason: str) -> Treatment:
    return treatment.model_copy(update={"status": status, "reason": reason, "plugin": None})


def _by_hand(case: _Case, entry: DefenceEntry, there: Mapping[str, str]) -> Treatment | None:
    """A defence of the catalogue that people would have to apply."""
    countered = case.countered(entry.counters)
    if not countered or not _treats(entry):
        return None
    treatment = Treatment(
        id=f"{entry.id}@{case.model}",
        defence=entry.id,
        title=entry.name,
        effects=entry.effect,
        status="recommended",
        reason=_why(countered, case, entry),
        for_findings=tuple(f.id for f in countered),
    )
    if never(entry):
        return _set_aside(treatment, "refuted", f"Never recommended: {_broken(entry)}")
    if entry.id in there:
        return _set_aside(treatment, "in_place", f"Already in place: {there[entry.id]}.")
    against = obstacles(entry, case.profile, case.system)
    if against:
        return _set_aside(treatment, "does_not_fit", f"Does not fit: {'; '.join(against)}.")
    return treatment


def _best(finding: Finding, treatments: list[Treatment], case: _Case) -> list[str]:
    answering = [t for t in treatments if t.status == "recommended" and finding.id in t.for_findings]
    return [t.id for t in sorted(answering, key=lambda t: _merit(case.kb.defences[t.defence], case.profile))[:BEST]]


def _merit(entry: DefenceEntry, profile: Profile) -> tuple[int, int, int, str]:
    """Smaller is better: no limit of the use case broken, then the strongest effect, then the lower sum of costs."""
    costs = (entry.costs.train, entry.costs.inference, entry.costs.accuracy, entry.costs.operations)
    strongest = min(STRENGTH.index(effect) for effect in entry.effect)
    return len(burdens(entry, profile)), strongest, sum(cost.level.rank for cost in costs), entry.id


def _treats(entry: DefenceEntry) -> bool:
    return never(entry) or not set(entry.effect) <= {EffectKind.VERIFIES}


def _broken(entry: DefenceEntry) -> str:
    return " ".join(f"{b.text.rstrip('.')}." for b in entry.breakages) or f"{entry.summary}"


def _why(countered: tuple[Finding, ...], case: _Case, entry: DefenceEntry) -> str:
    answers = ", ".join(f.id for f in countered[:3]) + (f" and {len(countered) - 3} more" if len(countered) > 3 else "")
    effects = {"improves": "makes the model itself better", "certifies": "comes with a proof", "limits": "limits what "
               "an attacker gets", "detects": "notices", "deters": "only deters", "recovers": "repairs afterwards",
               "verifies": "tests"}  # fmt: skip
    effect = " and ".join(effects[str(e)] for e in entry.effect if str(e) in effects)
    price = "; ".join(burdens(entry, case.profile))
    return f"Against {answers}: it {effect}." + (f" Mind that {price}." if price else "")


def _with_conflicts(treatment: Treatment, case: _Case, together: list[str]) -> Treatment:
    if treatment.status != "recommended":
        return treatment
    others = [id for id in together if id != treatment.defence]
    found = conflicts(treatment.defence, case.kb, case.system, case.model, case.techniques, others)
    return treatment.model_copy(update={"conflicts": found})


def _order(treatment: Treatment, case: _Case) -> tuple[int, int, int, str]:
    """Ours first, then the catalogue, then what does not fit; in each by the most severe finding answered."""
    severity = max((SEVERITY.index(f.severity) for f in case.findings if f.id in treatment.for_findings), default=0)
    place = 2 if treatment.status != "recommended" else 0 if treatment.plugin else 1
    return place, -severity, -len(treatment.for_findings), treatment.id


def recommended(treatments: Iterable[Treatment]) -> Iterator[Treatment]:
    """Those that were chosen, applied or not."""
    return (t for t in treatments if t.status in ("recommended", "applied"))
