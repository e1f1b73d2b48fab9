"""One block for each finding: the verdict, the three measures, the drawings of its family, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from bartizan.core.artifact import Measurement
from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.core.threat import Vulnerability
from bartizan.core.vocabulary import ThreatClass, Verdict
from bartizan.report import facts, wording
from bartizan.report.answers import is_scan
from bartizan.report.apart import apart
from bartizan.report.charts.interval import interval_bar
from bartizan.report.charts.life_cycle import life_cycle
from bartizan.report.deciding import strongest_first
from bartizan.report.doses import dose
from bartizan.report.effort import effort
from bartizan.report.examples import examples, withheld
from bartizan.report.exposed import exposed
from bartizan.report.figures import Figure, brackets, family_figures, roc
from bartizan.report.gains import gains
from bartizan.report.numbers import percent, quantity
from bartizan.report.panels import Panel, name_of, three, used

CHOSEN = (
    *("robust_error", "attack_success", "accuracy_drop", "targeted_success", "trigger_success", "fidelity", "tpr"),
    *("failure_probability", "certified_share", "flagged_classes", "unsafe_files", "unaccounted_files"),
    *("weak_dependencies", "suspect_excess", "record_resemblance"),
    *("attribute_gain", "property_advantage", "record_recovered", "promise_broken"),
)


class Findings(Section):
    """Ordered like the summary: what is broken first, then what is undecided, untested, and what held."""

    spec = SectionSpec(
        id="findings", title="Findings", summary="One block for each finding.", order=70, heading="Findings"
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """Blocks, each with everything its template needs."""
        found = wording.in_order(assessment.findings)
        proofs = _proofs(found, assessment, arrays)
        blocks = [_block(f, assessment, arrays) for f in found]
        for block in blocks:
            block["figures"] = [*block["figures"], *proofs.get(block["f"].id, ())]
        return {"blocks": blocks}


def _proofs(found: Sequence[Finding], assessment: Assessment, arrays: ArrayReader) -> dict[str, list[Figure]]:
    """What was proved of a model stands once, with the first finding that speaks of it."""
    shown: set[str] = set()
    placed: dict[str, list[Figure]] = {}
    for f in found:
        for about, figure in brackets(f.certified, assessment.evidence, arrays):
            if about not in shown:
                placed.setdefault(f.id, []).append(figure)
            shown.add(about)
    return placed


def _block(finding: Finding, assessment: Assessment, arrays: ArrayReader) -> dict[str, Any]:
    by_id = {e.id: e for e in assessment.evidence}
    evidence = [by_id[i] for i in finding.evidence if i in by_id]
    vulnerability = next((v for v in assessment.vulnerabilities if v.id == finding.id), None)
    panels, figures = _drawings(finding, evidence, arrays, assessment)
    return {
        "f": finding,
        "place": wording.place(finding),
        "kind": "Safety" if finding.threat_class == ThreatClass.HAZARD else "Security",
        "numbering": facts.numbering(finding.technique),
        "reason": wording.reason(finding),
        "bar": _bar(finding),
        "outcome": wording.capital(wording.outcome(finding, evidence)),
        "effort": effort(finding, assessment),
        "panels": panels,
        "apart": apart(finding, *_use(finding, assessment.system)),
        "figures": figures,
        "got": gains(finding, evidence),
        "roc": roc(finding, evidence, arrays),
        "exposed": exposed(finding.membership, arrays, _feature_names(assessment.system)),
        "examples": examples(strongest_first(finding, evidence), arrays, _feature_names(assessment.system)),
        "withheld": withheld(evidence, arrays),
        "flags": _flags(finding, evidence),
        "scope": _scope(finding, evidence),
        "evidence": [_row(e, finding) for e in evidence],
        "vulnerability": vulnerability,
        "sources": _sources(vulnerability),
        "life": _life(vulnerability),
        "after": _after(finding, assessment),
        "position": _position(finding, assessment.positions),
    }


def _life(vulnerability: Vulnerability | None) -> Markup | None:
    """The bar of stages, for what is planted in another stage than the one it takes effect in."""
    if vulnerability is None or set(vulnerability.planted) == set(vulnerability.effective):
        return None
    return life_cycle(vulnerability.planted, vulnerability.effective)


def _drawings(
    finding: Finding, evidence: Sequence[Evidence], arrays: ArrayReader, assessment: Assessment
) -> tuple[list[Panel], list[Figure]]:
    """The three panels and the rest. A curve over what is counted as tries answers the first question by itself."""
    if finding.verdict == Verdict.UNTESTED:
        return [], []
    panels = three(finding, evidence, arrays)
    figures = family_figures(finding, evidence, arrays, assessment.system.get("odd") or {})
    unit = finding.tries.unit if finding.tries else ""
    curve = next((g for g in figures if g.axis and unit.endswith(g.axis)), None)
    if panels[0].chart or curve is None or finding.threat_class == ThreatClass.HAZARD:
        return panels, figures
    first = replace(panels[0], chart=curve.chart, legend=curve.legend, missing="")
    return [first, *panels[1:]], [g for g in figures if g is not curve]


def _bar(finding: Finding) -> str:
    rate = finding.rate
    if rate is None:
        return ""
    return interval_bar(rate.value, rate.low, rate.high, finding.tolerance, str(finding.verdict))


def _use(finding: Finding, system: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[str]]:
    """How the use case measures success, and the names of the classes of the model."""
    models = (system.get("assets") or {}).get("models") or ()
    load = next((m.get("load") or {} for m in models if m.get("id") == finding.asset), {})
    return (system.get("use") or {}).get("metric") or {}, list(load.get("class_names") or ())


def _feature_names(system: Mapping[str, Any]) -> list[str]:
    data = (system.get("assets") or {}).get("data") or ()
    tables = [(d.get("load") or {}).get("features") or () for d in data]
    return [str(f.get("name")) for f in max(tables, key=len, default=())]


def _flags(finding: Finding, evidence: Sequence[Evidence]) -> list[tuple[str, str, list[str]]]:
    details: dict[str, list[str]] = {flag: [] for flag in finding.flags}
    for e in evidence:
        for flag in e.flags:
            details.setdefault(flag.id, []).append(f"{name_of(e)}: {flag.detail}")
    return [(id, wording.capital(wording.plain(id)), said) for id, said in details.items()]


def _scope(finding: Finding, evidence: Sequence[Evidence]) -> list[tuple[str, str]]:
    scope = finding.scope
    examples = "" if is_scan(finding) else scope.data
    rows = [
        ("Attacks", ", ".join(_attack(a) for a in scope.attacks) or "none"),
        ("Access", ", ".join(wording.access(a) for a in scope.access) or "none stated"),
        ("Budget", _budgets(finding, evidence) or wording.singular(scope.budget)),
        ("Data", wording.singular(examples)),
        ("Conditions", ", ".join(wording.plain(c) for c in scope.conditions)),
        ("Tolerance", f"{percent(finding.tolerance)}, from {finding.tolerance_from or 'the knowledge base'}"),
    ]
    return [(name, text) for name, text in rows if text]


def _budgets(finding: Finding, evidence: Sequence[Evidence]) -> str:
    """Whose budget it is: `square: 466 queries an example; noise: 60 queries an example`."""
    used = {a.partition("/")[0] for a in finding.scope.attacks}
    found: dict[str, str] = {}
    for e in evidence:
        if e.trial.plugin in used and (text := wording.budget(e.trial.budget.model_dump())):
            found[wording.plain(e.trial.plugin)] = text + _spent(e)
    return "; ".join(f"{name}: {text}" for name, text in sorted(found.items()))


def _spent(evidence: Evidence) -> str:
    """How much of a budget in records the largest dose took: it is seldom all of it, and of some only the labels."""
    used = [int(m.at["records"]) for m in evidence.measurements if "records" in m.at]
    if not used or not evidence.trial.budget.records:
        return ""
    only = "the labels of " if evidence.tries_unit == "labels" else ""
    return f", of which {only}up to {quantity(max(used))} were {'written' if only else 'used'}"


def _attack(name: str) -> str:
    """`apgd/1` as words."""
    plugin, _, version = name.partition("/")
    return wording.plain(plugin) + (f" (version {version})" if version else "")


def _row(evidence: Evidence, finding: Finding) -> dict[str, Any]:
    m = next((m for m in evidence.measurements if m.estimand in CHOSEN), None)
    m = m or next(iter(evidence.measurements), None)
    cost = {name: n for name, n in evidence.cost.model_dump().items() if n}
    return {
        "e": evidence,
        "access": used(evidence),
        "measured": "; ".join(said for said in (_value(m) if m else "", _least(evidence, finding)) if said),
        "cost": ", ".join(wording.counted(n, name) for name, n in cost.items()),
        "budget": wording.budget(evidence.trial.budget.model_dump()),
    }


def _least(evidence: Evidence, finding: Finding) -> str:
    """The least poison of this trial that reached the goal, with what it costs."""
    p = next((p for p in finding.poison if p.evidence == evidence.id), None)
    if p is None:
        return ""
    return f"least dose that reached the goal: {dose(p, p.least)}" if p.least else "no dose reached the goal"


def _value(m: Measurement) -> str:
    if m.estimand in wording.COUNTED:
        return f"{round(m.value * m.n)} of {wording.counted(m.n, wording.COUNTED[m.estimand][0])}"
    return f"{wording.plain(m.estimand)} {percent(m.value)}" if abs(m.value) <= 1 else ""


def _sources(vulnerability: Vulnerability | None) -> list[str]:
    return [facts.adversary_name(vulnerability, s) for s in vulnerability.sources] if vulnerability else []


def _after(finding: Finding, assessment: Assessment) -> list[dict[str, Any]]:
    return [
        {"title": t.title, "id": t.id, "retest": r, "said": wording.after(r)}
        for t in assessment.treatments
        for r in t.retests
        if r.finding == finding.id and r.change != "untested"
    ]


def _position(finding: Finding, positions: Mapping[str, str]) -> str:
    keys = (finding.id, finding.interface or "", finding.asset)
    return next((positions[k] for k in keys if k in positions), "")
