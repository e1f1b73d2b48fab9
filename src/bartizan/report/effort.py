"""Security as effort: what an attack takes of the cheapest adversary, until when it pays, and where it would go else.

Safety has no effort: a hazard is said as a probability with its upper bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.core.threat import Vulnerability
from bartizan.core.vocabulary import ThreatClass, Verdict
from bartizan.report import facts, wording
from bartizan.report.answers import steps
from bartizan.report.copies import euros
from bartizan.report.deciding import deciding, measured
from bartizan.report.numbers import THIN, percent, points, quantity

BUDGETED = {"queries": "queries", "records": "records", "labels": "records"}
"""What tries are counted in, and the line of an adversary's budget they are taken from."""
NEXT = (Verdict.EXPLOITED, Verdict.UNTESTED)


@dataclass(frozen=True)
class Adversary:
    """One source of a finding. `assumed`: from the default cast, not from the description."""

    id: str
    name: str
    budget: Mapping[str, Any]
    benefit: float | None
    assumed: bool

    def share(self, finding: Finding) -> float | None:
        """What part of its budget the median of a finding takes; None where that is not counted in its budget."""
        tries, line = finding.tries, BUDGETED.get(steps(finding))
        limit = self.budget.get(line) if line else None
        return tries.median / float(limit) if tries and tries.median is not None and limit else None


def effort(finding: Finding, assessment: Assessment) -> list[str]:
    """One or two sentences; none where a security finding is not exploited or its tries were not counted."""
    if finding.threat_class == ThreatClass.HAZARD:
        return _probability(finding, assessment.evidence)
    if finding.verdict != Verdict.EXPLOITED or finding.tries is None or finding.tries.median is None:
        return []
    cheapest = _cheapest(finding, _sources(finding.id, assessment))
    if cheapest is None:
        return []
    return [_takes(finding, cheapest), _elsewhere(finding, cheapest, assessment)]


def _sources(id: str, assessment: Assessment) -> list[Adversary]:
    v = next((v for v in assessment.vulnerabilities if v.id == id), None)
    described = {a.get("id"): a for a in assessment.system.get("adversaries") or ()}
    cast = {a.get("id"): a for a in assessment.system.get("cast") or ()} | described
    return [_adversary(v, s, cast[s], s not in described) for s in v.sources if s in cast] if v else []


def _adversary(v: Vulnerability, id: str, known: Mapping[str, Any], assumed: bool) -> Adversary:
    benefit = known.get("benefit_eur")
    name = facts.adversary_name(v, id)
    return Adversary(
        id, name, known.get("budget") or {}, float(benefit) if benefit is not None else None, assumed
    )  # fmt: skip


def _cheapest(finding: Finding, sources: Sequence[Adversary]) -> Adversary | None:
    """The one with the least money whose budget is enough; where none is, the one it takes the smallest part of."""
    shares = {a.id: a.share(finding) for a in sources}
    able = [a for a in sources if (s := shares[a.id]) is None or s <= 1]
    if able:
        return min(able, key=lambda a: (float(a.budget.get("eur") or "inf"), a.id))
    return min(sources, key=lambda a: shares[a.id] or 0.0, default=None)


def _takes(finding: Finding, adversary: Adversary) -> str:
    tries = finding.tries
    assert tries is not None
    assert tries.median is not None
    unit, share = steps(finding), adversary.share(finding)
    takes = wording.counted(tries.median, unit)
    each = " an input" if finding.threat_class == ThreatClass.EVASION else ""
    start = f"The cheapest adversary is the {_lower(adversary.name)}{' (assumed)' if adversary.assumed else ''}"
    if share is None and unit in BUDGETED:
        pays = f"{_pays(tries.median, unit, adversary)}{_priced(finding)}"
        return f"{start}: {takes}{each}, and no limit of its {BUDGETED[unit]} is known{pays}."
    if share is None:
        return f"{start}: {takes}{each} are computed at home and cost next to nothing; what it takes is the access."
    within = _within(finding, share, takes, each, adversary)
    return f"{start}: {within}{_pays(tries.median, unit, adversary)}{_priced(finding)}."


def _within(finding: Finding, share: float, takes: str, each: str, adversary: Adversary) -> str:
    line = BUDGETED[steps(finding)]
    whole = (
        f"its {'assumed ' if adversary.assumed else ''}budget of {wording.counted(float(adversary.budget[line]), line)}"
    )
    if share > 1:
        return f"{takes}{each} lie beyond {whole}"
    if each:
        return f"at {takes}{each}, {whole} is enough to turn about {_inputs(0.5 / share)}"
    return f"{takes} lie within {whole}"


def _inputs(number: float) -> str:
    return wording.counted(_rounded(number) if number >= 10 else round(number), "inputs")


def _pays(median: float, unit: str, adversary: Adversary) -> str:
    if adversary.benefit is None:
        return ""
    price = quantity(_rounded(adversary.benefit / max(median, 1.0)))
    gain = f"{quantity(adversary.benefit)}{THIN}€{' (assumed)' if adversary.assumed else ''}"
    return f"; with {gain} to gain from one success, it pays until one {wording.one(unit)} costs about {price}{THIN}€"


def _priced(finding: Finding) -> str:
    unit = steps(finding)
    price = finding.theft.query_eur if finding.theft else next((p.each for p in finding.poison if p.what == unit), None)
    return "" if price is None else f"; it costs {euros(price)}"


def _rounded(value: float) -> float:
    """Two digits: more would pretend to know."""
    return float(f"{value:.2g}")


def _lower(name: str) -> str:
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def _elsewhere(finding: Finding, adversary: Adversary, assessment: Assessment) -> str:
    """The weaker place the effort would move to: exploited for less of the same budget, else what nobody tested."""
    within_reach = {v.id for v in assessment.vulnerabilities if adversary.id in v.sources} - {finding.id}
    others = [f for f in assessment.findings if f.id in within_reach and f.verdict in NEXT]
    here = adversary.share(finding)
    easier = [(s, f) for f in others if f.verdict == Verdict.EXPLOITED and _less(s := adversary.share(f), here)]
    if easier:
        _, f = min(easier, key=lambda pair: (pair[0] or 0.0, pair[1].rank))
        return f"Less of the same budget is needed for {_named(f)}: were this made dearer, the effort would move there."
    untested = min((f for f in others if f.verdict == Verdict.UNTESTED), key=lambda f: f.rank, default=None)
    if untested is not None:
        return f"Were this made dearer, the effort may move to {_named(untested)}: nobody tested what that takes."
    return "No weaker place is known that the same adversary could turn to."


def _less(share: float | None, here: float | None) -> bool:
    return share is not None and here is not None and share < here


def _named(finding: Finding) -> str:
    return f"{finding.title} on {wording.place(finding)} ({finding.id})"


def _probability(finding: Finding, evidence: Iterable[Evidence]) -> list[str]:
    decided = deciding(finding, evidence := list(evidence))
    if decided is None:
        return []
    bound, excess = (decided[0].measurement(name) for name in ("failure_upper_bound", "excess_failure"))
    said = []
    if bound is not None:
        said.append(f"At most {percent(bound.value)} fail under {wording.condition(decided[0])}; {bound.method}.")
    if excess is not None:
        span = f"{points(excess.low)} to {points(excess.high)}"
        said.append(f"Of the {percent(decided[1].value)}, {points(excess.value)} ({span}) are the condition's doing.")
    return [*([" ".join(said)] if said else []), *_others(finding, decided[0], evidence)]


def _others(finding: Finding, decided: Evidence, evidence: Iterable[Evidence]) -> list[str]:
    """What the other conditions did: a verdict under one of them says nothing of these."""
    assert finding.rate is not None
    rows = [(e, e.measurement(finding.rate.estimand)) for e in measured(finding, evidence) if e.id != decided.id]
    said = [f"{percent(m.value)} under {wording.condition(e)}" for e, m in rows if m is not None]
    return [f"The other conditions: {', '.join(said)}."] if said else []
