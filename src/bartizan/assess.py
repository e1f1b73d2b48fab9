"""The whole loop on one screen: describe, expose, threaten, intersect, plan, red-team, judge, treat, re-test."""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bartizan import __version__
from bartizan.analysis import ranking
from bartizan.analysis.analyse import Analysis, analyse
from bartizan.campaign import plan as planning
from bartizan.campaign import profile as profiling
from bartizan.campaign import rank
from bartizan.campaign.bench import Bench
from bartizan.campaign.checkup import require_sound
from bartizan.campaign.crosscheck import crosschecked
from bartizan.campaign.executor import Executor
from bartizan.campaign.gates import evaluate
from bartizan.campaign.judge import judge
from bartizan.campaign.known import require_known, require_models
from bartizan.campaign.labelled import require_labelled
from bartizan.campaign.retest import again, compare, defence_trial
from bartizan.campaign.roles import used
from bartizan.campaign.run import Campaign, Progress, Silent, clock_of
from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader
from bartizan.core.finding import Finding
from bartizan.core.profile import Effort
from bartizan.core.system import System
from bartizan.core.treatment import Treatment
from bartizan.core.trial import Trial
from bartizan.core.vocabulary import Stage, Verdict
from bartizan.formats.description import Description
from bartizan.hardening.choose import choose
from bartizan.hardening.layers import layers
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.load import load
from bartizan.knowledge.override import override
from bartizan.store.store import Store


@dataclass(frozen=True)
class Options:
    """What a person may choose. `treat` False stops after the findings."""

    effort: Effort = "quick"
    stage: Stage | None = None
    treat: bool = True
    today: date = field(default_factory=lambda: datetime.now(UTC).date())


def assess(
    description: Description,
    store: Store,
    executor: Executor,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Assessment:
    """Assess the described system. Evidence goes to `store`; what is already there is not measured again.

    Raises `UsageError` and its kin when the description, the data or the model cannot be used at all.
    """
    options = options or Options()
    began = time.time()
    system = description.system
    require_models(description)
    require_known(description, load())
    require_labelled(description)
    kb = override(load(), system.overrides)
    analysis = analyse(system, kb, stage=options.stage)
    plan = planning.plan(system, analysis, kb, root=description.folder, effort=options.effort)
    campaign = Campaign(description, store, executor, progress or Silent())
    for model in campaign.untried(plan.trials):
        require_sound(description, model)
    campaign.run(plan.trials)
    arrays = ArrayReader(store.arrays)
    bench = Bench(system, kb, plan, crosschecked(campaign.in_order(), arrays), arrays, options.today)
    findings = judge(bench, analysis.vulnerabilities)
    treatments = _treat(campaign, bench, analysis, findings, options) if options.treat else ()
    checked = crosschecked(campaign.in_order(), arrays)
    evidence = tuple(checked.values())
    return Assessment(
        tool=tool(),
        system={**system.model_dump(mode="json"), "digest": description.digest, "cast": _cast(analysis, kb)},
        exposures=analysis.exposures,
        threats=analysis.threats,
        vulnerabilities=analysis.vulnerabilities,
        plan=plan,
        evidence=tuple(sorted(evidence, key=lambda e: e.trial.name)),
        findings=findings,
        treatments=treatments,
        gates=evaluate(system.gates, findings, checked, arrays),
        layers=layers(system, kb),
        residual=_residual(findings),
        rules={"vulnerabilities": ranking.RULE, "findings": rank.RULE},
        positions=_positions(description),
        clock=_clock(began, options.today, store, evidence),
    )


def tool() -> dict[str, str]:
    """What made the assessment: never a path, a host or a time."""
    return {"name": "bartizan", "version": __version__, "python": platform.python_version()}


def _treat(
    campaign: Campaign, bench: Bench, analysis: Analysis, findings: tuple[Finding, ...], options: Options
) -> tuple[Treatment, ...]:
    """Choose defences, apply those we can, run every trial again on each treated target, and compare."""
    profiles = {
        m.id: profiling.profile(bench.system, m.id, root=campaign.description.folder)
        for m in bench.system.assets.models
    }
    chosen = choose(bench.system, bench.kb, findings, analysis.vulnerabilities, profiles, options.effort)
    fits = {t.id: _defence(t, bench.system, findings) for t in chosen if t.plugin and t.status == "recommended"}
    second: list[Trial] = []
    for on in fits.values():
        second += [on, *again(bench.plan.trials, on)]
    campaign.run(second)
    now = replace(bench, evidence=crosschecked(campaign.in_order(), bench.arrays))
    return tuple(
        compare(now, analysis.vulnerabilities, findings, t, fits[t.id]) if t.id in fits else t for t in chosen
    )  # fmt: skip


def _defence(treatment: Treatment, system: System, findings: tuple[Finding, ...]) -> Trial:
    """The trial that fits a treatment to the model its first finding is about."""
    models = [m.id for m in system.assets.models]
    about = [f.asset for f in findings if f.id in treatment.for_findings and f.asset in models]
    model = (about or models)[0]
    return defence_trial(treatment, model, dataset=used("defence", system, model))


def _residual(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Everything that is still open, in the order of the findings."""
    return tuple(f"{f.id} {f.verdict}: {f.reason}" for f in findings if f.verdict is not Verdict.RESISTED)


def _cast(analysis: Analysis, kb: KnowledgeBase) -> list[dict[str, Any]]:
    """The adversaries of the default cast that play here, and what each of them reaches."""
    reach: dict[str, list[str]] = {}
    for t in analysis.threats:
        if t.source in kb.adversaries:
            reach.setdefault(t.source, []).append(t.interface or t.asset)
    return [
        {
            "id": name,
            "intent": kb.adversaries[name].intent,
            "reaches": list(dict.fromkeys(reached)),
            "budget": kb.adversaries[name].budget.model_dump(mode="json"),
            "benefit_eur": kb.adversaries[name].benefit_eur,
        }
        for name, reached in reach.items()
    ]


def _positions(description: Description) -> dict[str, str]:
    """Where each asset and interface is described, the file by its name alone."""
    system = description.system
    ids = [a.id for a in system.assets.all()] + [i.id for i in system.interfaces]
    found = {i: description.position_of(i) for i in ids}
    return {i: f"{Path(p.file).name}:{p.line}:{p.column}" for i, p in found.items()}


def _clock(began: float, today: date, store: Store, evidence: Any) -> dict[str, Any]:
    return {
        "started": datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
        "today": today.isoformat(),
        "seconds": round(time.time() - began, 3),
        "evidence": clock_of(store, sorted(evidence, key=lambda e: e.id)),
        "damaged": list(store.damaged),
    }
