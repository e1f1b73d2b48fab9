"""Treat and re-test: apply each chosen defence, run all the same trials again on the treated target, compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from bartizan.core import plugins
from bartizan.core.access import Budget
from bartizan.core.finding import Finding
from bartizan.core.threat import Vulnerability
from bartizan.core.treatment import Retest, Treatment
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome, Verdict

from .judge import Bench, judge


def defence_trial(treatment: Treatment, model: str, *, dataset: str = "", seconds: float = 1800.0) -> Trial:
    """The trial that fits the defence of a treatment to `model`; `dataset` as in `Trial`."""
    assert treatment.plugin is not None
    spec = plugins.find("defenses", treatment.plugin).spec
    return Trial(
        name=f"{treatment.plugin}@{model}",
        kind="defense",
        plugin=treatment.plugin,
        version=spec.version,
        subject=Subject(kind="target", id=model),
        dataset=dataset,
        budget=Budget(seconds=seconds),
        params=dict(treatment.params),
    )


def again(trials: Iterable[Trial], defence: Trial) -> list[Trial]:
    """The same trials on the treated target. Controls and file scans do not depend on the treatment."""
    model, on = defence.subject.id, [t for t in trials if t.subject.kind == "target"]
    renamed = {t.name: f"{t.name}|{defence.name}" for t in on if t.subject.id == model}
    return [
        t.model_copy(
            update={
                "name": renamed[t.name],
                "subject": Subject(kind="target", id=model, treatments=(defence.name,)),
                "after": tuple(renamed.get(name, name) for name in t.after),
            }
        )
        for t in on
        if t.name in renamed
    ]


def compare(
    bench: Bench, vulnerabilities: Iterable[Vulnerability], before: tuple[Finding, ...], treatment: Treatment, on: Trial
) -> Treatment:
    """The treatment with what it gained, cost and made worse, from the evidence of the second campaign."""
    fitted = bench.evidence[on.name]
    if fitted.outcome is not Outcome.MEASURED:
        return treatment.model_copy(update={"status": "failed", "reason": fitted.reason, "evidence": (fitted.id,)})
    touched = [v for v in vulnerabilities if v.asset == on.subject.id]
    after = {f.id: f for f in judge(replace(bench, treatments=(on.name,)), touched)}
    retests = tuple(_retest(f, after[f.id]) for f in before if f.id in after and after[f.id].evidence)
    return treatment.model_copy(
        update={
            "status": "applied",
            "evidence": (fitted.id,),
            "costs": fitted.measurements,
            "retests": tuple(r for r in retests if r.before is not None or r.after is not None),
        }
    )


def _retest(before: Finding, after: Finding) -> Retest:
    return Retest(
        finding=before.id,
        verdict_before=before.verdict,
        verdict_after=after.verdict,
        before=before.rate,
        after=after.rate,
        tries_after=after.tries,
        sensitivity_after=after.sensitivity,
        change=_change(before, after),
        evidence=after.evidence,
    )


def _change(before: Finding, after: Finding) -> Literal["better", "worse", "same", "unclear", "untested"]:
    """Better or worse only when the intervals do not overlap; the same when nothing moved.

    Not better when an attack is missing from the second round or a new doubt was raised: an attack that failed to
    run, or was blinded, says nothing good of the defence.
    """
    if before.rate is None or after.rate is None or after.verdict is Verdict.UNTESTED:
        return "untested"
    if after.rate.estimand != before.rate.estimand:
        return "unclear"
    if after.rate.high < before.rate.low:
        weaker = not set(before.scope.attacks) <= set(after.scope.attacks) or not set(after.flags) <= set(before.flags)
        return "unclear" if weaker else "better"
    if after.rate.low > before.rate.high:
        return "worse"
    return "same" if after.rate.value == before.rate.value else "unclear"
