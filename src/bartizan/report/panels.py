"""The three questions of a finding, each with its answer in words and its curve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from markupsafe import Markup

from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.core.vocabulary import Capability, Outcome, ThreatClass
from bartizan.report import answers, wording
from bartizan.report.charts.ladder import Step, knowledge_ladder
from bartizan.report.charts.series import DASHES, Series, legend, strongest_first
from bartizan.report.charts.sizes import size_curve
from bartizan.report.charts.survival import tries_curve
from bartizan.report.charts.svg import NOTHING
from bartizan.report.deciding import Point, deciding
from bartizan.report.numbers import quantity

BY_EXAMPLE = (ThreatClass.EVASION, ThreatClass.AVAILABILITY)
"""Classes whose tries and sizes are counted for each example."""


@dataclass(frozen=True)
class Panel:
    """One question with its answer. Without a `chart`, `missing` says why there is none, unless the answer does."""

    question: str
    answer: str
    chart: Markup = NOTHING
    legend: Markup = NOTHING
    missing: str = ""
    notes: tuple[str, ...] = ()


def three(finding: Finding, evidence: Sequence[Evidence], arrays: ArrayReader) -> list[Panel]:
    """Tries, sensitivity and knowledge, side by side and never folded into one."""
    return [_tries(finding, evidence, arrays), _size(finding, evidence, arrays), _knowledge(finding)]


def counted(evidence: Iterable[Evidence]) -> list[Evidence]:
    """The trials whose arrays speak of the system itself: measured attacks and hazards, no controls."""
    return [
        e
        for e in evidence
        if e.outcome in (Outcome.MEASURED, Outcome.BUDGET_SPENT)
        and e.trial.kind in ("attack", "hazard")
        and e.trial.subject.kind != "control"
    ]


def name_of(evidence: Evidence) -> str:
    """An attack with its access and ball, or a condition with its hazard, as a legend says it."""
    condition = evidence.trial.params.get("condition")
    if evidence.trial.kind == "hazard" and condition:
        return f"{wording.plain(str(condition))} ({wording.plain(evidence.trial.plugin)})"
    access = evidence.trial.access
    rung = "recipe" if access.allows(Capability.RECIPE) and access.name in ("labels", "scores") else used(evidence)
    details = [wording.access(rung)] if evidence.trial.kind == "attack" else []
    eps, norm = evidence.trial.params.get("eps"), evidence.trial.params.get("norm")
    if isinstance(eps, int | float):
        details.append(f"{wording.unit(str(norm))} ≤ {quantity(float(eps))}" if norm else f"ε {quantity(float(eps))}")
    return wording.plain(evidence.trial.plugin) + (f" ({', '.join(details)})" if details else "")


def used(evidence: Evidence) -> str:
    """The access that a trial made use of: who wrote labels and nothing else needed to write no records."""
    return "label_write" if evidence.tries_unit == "labels" else evidence.trial.access.name


def _series(evidence: Iterable[Evidence], arrays: ArrayReader, values: str) -> list[Series]:
    found = []
    for e in evidence:
        kept = arrays(e.id)
        if values in kept and "reached" in kept and len(kept["reached"]) > 0:
            reached = np.asarray(kept["reached"], np.bool_).ravel()
            found.append(Series(name_of(e), np.asarray(kept[values], np.float64).ravel(), reached))
    return strongest_first(found)


def _whole(series: Series) -> Series:
    """What was given up early counts as standing at the full budget: giving up says nothing of what came after.

    Tries only: a change that breaks an example beyond the stated size is a measured size like any other.
    """
    return replace(series, values=np.where(series.reached, series.values, series.values.max(initial=0.0)))


def _together(series: Sequence[Series]) -> list[Series]:
    """The smallest change by any of several attacks, drawn firm before them: the answer in words is about this one.

    Probes are prefixes of each other, and only examples that all attacks had are put together.
    """
    if len(series) < 2:
        return list(series)
    n = min(len(s.values) for s in series)
    least = np.min([s.values[:n] for s in series], axis=0)
    reached = np.any([s.reached[:n] for s in series], axis=0)
    return [Series("any of them", least, reached), *series[: DASHES - 1]]


def _of_unit(
    evidence: Iterable[Evidence], unit: Callable[[Evidence], str], wanted: str | None
) -> tuple[str, list[Evidence]]:
    """Only trials counted in one unit share an axis: the unit of the finding, or else the commonest."""
    measured = [e for e in counted(evidence) if unit(e)]
    seen = Counter(unit(e) for e in measured)
    if not seen:
        return wanted or "", []
    chosen = wanted if wanted and wanted in seen else seen.most_common(1)[0][0]
    return chosen, [e for e in measured if unit(e) == chosen]


def _tries(finding: Finding, evidence: Sequence[Evidence], arrays: ArrayReader) -> Panel:
    question, answer = "How many tries?", wording.capital(answers.tries(finding, evidence))
    if finding.threat_class not in BY_EXAMPLE or answers.DOES_NOT_APPLY in answer.lower():
        return Panel(question, answer, missing=_no_curve(finding))
    if marks := wording.within(finding.tries, answers.steps(finding)):
        answer = f"{answer}. {marks}"
    unit, chosen = _of_unit(evidence, lambda e: e.tries_unit, finding.tries.unit if finding.tries else None)
    series = [_whole(s) for s in _series(_in_norm(finding, chosen), arrays, "tries")]
    if not series:
        return Panel(question, answer, missing="No trial counted its tries.")
    budget = finding.tries.censored_at if finding.tries else max(float(s.values.max()) for s in series)
    name = answers.steps(finding) if finding.tries else wording.unit(unit)
    chart = tries_curve(series, name, budget)
    return Panel(question, answer, chart, legend([s.name for s in series]))


def _in_norm(finding: Finding, evidence: list[Evidence]) -> list[Evidence]:
    """Those that changed inputs in the norm the verdict speaks of; all where none did."""
    size = finding.sensitivity.unit if finding.sensitivity else ""
    return [e for e in evidence if e.size_unit == size] or evidence


def _no_curve(finding: Finding) -> str:
    """Why tries have no curve over examples; the curve over doses or queries takes this place where there is one."""
    if finding.threat_class in answers.BY_DOSE and not answers.is_scan(finding):
        return "A curve needs two doses at least."
    return "There is nothing to draw." if finding.threat_class == ThreatClass.MODEL_EXTRACTION else ""


def _size(finding: Finding, evidence: Sequence[Evidence], arrays: ArrayReader) -> Panel:
    question, answer = "How small a change?", wording.capital(answers.size(finding, evidence))
    if finding.threat_class == ThreatClass.HAZARD:
        return _severity(question, answer, finding, evidence, arrays)
    if finding.threat_class not in BY_EXAMPLE:
        return Panel(question, answer)
    unit, chosen = _of_unit(evidence, lambda e: e.size_unit, finding.sensitivity.unit if finding.sensitivity else None)
    series = _together(_series(chosen, arrays, "size"))
    if not any(np.isfinite(s.values).any() for s in series):
        return Panel(question, answer, missing="No trial measured the size of its changes.")
    tested = {float(e.trial.params["eps"]) for e in chosen if isinstance(e.trial.params.get("eps"), int | float)}
    eps = tested.pop() if len(tested) == 1 else None
    return Panel(question, answer, size_curve(series, wording.unit(unit), eps), legend([s.name for s in series]))


def _severity(question: str, answer: str, finding: Finding, evidence: Sequence[Evidence], arrays: ArrayReader) -> Panel:
    """The condition that decided is drawn; conditions have units of their own, so the others are said in words."""
    decided = deciding(finding, evidence)
    kept = {e.id: s for e in counted(evidence) if (s := _series([e], arrays, "size"))}
    others = tuple(_fall(e, kept[e.id][0]) for e in counted(evidence) if e.id in kept and not _is(e, decided))
    if decided is None or decided[0].id not in kept:
        return Panel(question, answer, missing="No trial measured the size of its changes.", notes=others)
    (series,), e = kept[decided[0].id], decided[0]
    if not np.isfinite(series.values).any():
        return Panel(question, answer, missing="Nothing failed under it.", notes=others)
    name = f"{wording.unit(e.size_unit)} of {wording.plain(str(e.trial.params.get('condition', e.trial.plugin)))}"
    name = "bits flipped by chance" if e.size_unit == answers.BITS else name
    return Panel(question, answer, size_curve([series], name), notes=others)


def _is(evidence: Evidence, decided: Point | None) -> bool:
    return decided is not None and evidence.id == decided[0].id


def _fall(evidence: Evidence, series: Series) -> str:
    q = float(np.quantile(series.values, 0.1, method="higher"))
    name = wording.capital(wording.plain(str(evidence.trial.params.get("condition", evidence.trial.plugin))))
    if not np.isfinite(q):
        return f"{name}: fewer than a tenth fail at any severity tried."
    return f"{name}: a tenth fail by {wording.amount(q, evidence.size_unit)}."


def _knowledge(finding: Finding) -> Panel:
    question, answer = "How much knowledge?", wording.capital(answers.knowledge(finding))
    if finding.threat_class == ThreatClass.HAZARD:
        return Panel(question, answer, missing="A hazard has no intent and needs none.")
    if answers.is_scan(finding):
        return Panel(question, answer)
    if not finding.knowledge:
        return Panel(question, answer, missing="No trial measured a rate at any access.")
    own = answers.own_rung(finding)
    drawn = [
        Step(wording.access(r.access), r.rate, r.low, r.high, own=i == own)
        for i, r in enumerate(answers.rungs(finding))
    ]
    notes = tuple(line for line in (answers.asked(finding),) if line)
    return Panel(question, answer, knowledge_ladder(drawn, finding.tolerance), notes=notes)
