"""The three questions of a finding, each with its answer in words and its curve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.core.vocabulary import Outcome, ThreatClass
from bartizan.report import wording
from bartizan.report.charts.ladder import knowledge_ladder
from bartizan.report.charts.series import Series, legend, strongest_first
from bartizan.report.charts.sizes import size_curve
from bartizan.report.charts.survival import tries_curve
from bartizan.report.charts.svg import NOTHING
from bartizan.report.numbers import quantity


@dataclass(frozen=True)
class Panel:
    """One question with its answer. Without a `chart`, `missing` says why there is none."""

    question: str
    answer: str
    chart: Markup = NOTHING
    legend: Markup = NOTHING
    missing: str = ""


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
    """An attack with its access and size, or a condition with its hazard, as a legend says it."""
    condition = evidence.trial.params.get("condition")
    if evidence.trial.kind == "hazard" and condition:
        return f"{wording.plain(str(condition))} ({wording.plain(evidence.trial.plugin)})"
    details = [wording.access(evidence.trial.access.name)] if evidence.trial.kind == "attack" else []
    eps = evidence.trial.params.get("eps")
    if isinstance(eps, int | float):
        details.append(f"ε {quantity(float(eps))}")
    return wording.plain(evidence.trial.plugin) + (f" ({', '.join(details)})" if details else "")


def _series(evidence: Iterable[Evidence], arrays: ArrayReader, values: str) -> list[Series]:
    found = []
    for e in evidence:
        kept = arrays(e.id)
        if values in kept and "reached" in kept and len(kept["reached"]) > 0:
            reached = np.asarray(kept["reached"], np.bool_).ravel()
            found.append(Series(name_of(e), _whole(np.asarray(kept[values], np.float64).ravel(), reached), reached))
    return strongest_first(found)


def _whole(values: NDArray[np.float64], reached: NDArray[np.bool_]) -> NDArray[np.float64]:
    """What was given up early counts as standing at the full budget: giving up says nothing of what came after."""
    return np.where(reached, values, values.max(initial=0.0))


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
    question, answer = "How many tries?", wording.capital(wording.tries(finding.tries))
    if marks := wording.within(finding.tries):
        answer = f"{answer}. {marks}"
    unit, chosen = _of_unit(evidence, lambda e: e.tries_unit, finding.tries.unit if finding.tries else None)
    series = _series(chosen, arrays, "tries")
    if not series:
        return Panel(question, answer, missing="No trial counted its tries.")
    budget = finding.tries.censored_at if finding.tries else max(float(s.values.max()) for s in series)
    chart = tries_curve(series, wording.unit(unit), budget)
    return Panel(question, answer, chart, legend([s.name for s in series]))


def _size(finding: Finding, evidence: Sequence[Evidence], arrays: ArrayReader) -> Panel:
    question, answer = "How small a change?", wording.capital(wording.size(finding.sensitivity))
    unit, chosen = _of_unit(evidence, lambda e: e.size_unit, finding.sensitivity.unit if finding.sensitivity else None)
    series = _series(chosen, arrays, "size")
    if not any(np.isfinite(s.values[s.reached]).any() for s in series):
        return Panel(question, answer, missing="No trial measured the size of its changes.")
    tested = {float(e.trial.params["eps"]) for e in chosen if isinstance(e.trial.params.get("eps"), int | float)}
    eps = tested.pop() if len(tested) == 1 else None
    return Panel(question, answer, size_curve(series, wording.unit(unit), eps), legend([s.name for s in series]))


def _knowledge(finding: Finding) -> Panel:
    question, answer = "How much knowledge?", wording.capital(wording.knowledge(finding))
    if finding.threat_class == ThreatClass.HAZARD:
        return Panel(question, answer, missing="A hazard has no intent and needs none.")
    if not finding.knowledge:
        return Panel(question, answer, missing="No trial measured a rate at any access.")
    rungs = [(wording.access(r.access), r.rate) for r in finding.knowledge]
    return Panel(question, answer, knowledge_ladder(rungs, finding.tolerance))
