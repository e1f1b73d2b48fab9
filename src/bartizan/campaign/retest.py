"""Treat and re-test: apply each chosen defence, run all the same trials again on the treated target, compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from bartizan.core import plugins
from bartizan.core.access import Budget
from bartizan.core.classwise import Paired
from bartizan.core.contracts import ArrayReader, Defense
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding, Measures
from bartizan.core.threat import Vulnerability
from bartizan.core.treatment import Retest, Treatment
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome, Verdict

from .bench import Bench, judged
from .judge import judge
from .pairs import pairs
from .reading import LEVEL, Point, Reading

Change = Literal["better", "worse", "same", "unclear", "untested"]


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
    """The same trials on the treated target, within what it leaves an adversary of its queries. Controls and file scans
    do not depend on the treatment."""
    model, on = defence.subject.id, [t for t in trials if t.subject.kind == "target"]
    most = _limit(defence)
    renamed = {t.name: f"{t.name}|{defence.name}" for t in on if t.subject.id == model}
    return [
        t.model_copy(
            update={
                "name": renamed[t.name],
                "subject": Subject(kind="target", id=model, treatments=(defence.name,)),
                "budget": t.budget if most is None or not t.access.asks else t.budget.at_most(most),
                "after": tuple(renamed.get(name, name) for name in t.after),
            }
        )
        for t in on
        if t.name in renamed
    ]


def _limit(trial: Trial) -> int | None:
    """How many queries the defence of a trial leaves an adversary, or None where it limits none."""
    defense = plugins.find("defenses", trial.plugin)()
    assert isinstance(defense, Defense)
    return defense.limit(defense.params.model_validate(trial.params))


def compare(
    bench: Bench, vulnerabilities: Iterable[Vulnerability], before: tuple[Finding, ...], treatment: Treatment, on: Trial
) -> Treatment:
    """The treatment with what it gained, cost and made worse, from the evidence of the second campaign."""
    fitted = bench.evidence[on.name]
    if fitted.outcome is not Outcome.MEASURED:
        return treatment.model_copy(update={"status": "failed", "reason": fitted.reason, "evidence": (fitted.id,)})
    treated = replace(bench, treatments=(on.name,))
    touched = {v.id: v for v in vulnerabilities if v.asset == on.subject.id}
    after = {f.id: f for f in judge(treated, touched.values())}
    both = [(f, after[f.id]) for f in before if f.id in after and after[f.id].evidence]
    level = LEVEL / max(sum(f.rate is not None and g.rate is not None for f, g in both), 1)
    retests = tuple(_retest(f, g, _change(bench, treated, touched[f.id], (f, g), level)) for f, g in both)
    return treatment.model_copy(
        update={
            "status": "applied",
            "evidence": (fitted.id,),
            "costs": fitted.measurements,
            "retests": tuple(r for r in retests if r.before is not None or r.after is not None),
        }
    )


def _retest(before: Finding, after: Finding, found: tuple[Change, Paired | None]) -> Retest:
    change, paired = found
    return Retest(
        finding=before.id,
        verdict_before=before.verdict,
        verdict_after=after.verdict,
        before=before.rate,
        after=after.rate,
        measured=Measures(**{name: getattr(after, name) for name in Measures.model_fields}),
        change=change,
        paired=paired,
        evidence=after.evidence,
    )


def _change(
    bench: Bench, treated: Bench, v: Vulnerability, findings: tuple[Finding, Finding], level: float
) -> tuple[Change, Paired | None]:
    """What the treatment did to one finding, at a `level` that leaves room for all the findings it was tried on."""
    one, other = judged(bench, v), judged(treated, v)
    if one is None or other is None or Verdict.UNTESTED in (f.verdict for f in findings):
        return "untested", None
    return change(one.reading, other.reading, bench.arrays, level)


def change(before: Reading, after: Reading, arrays: ArrayReader, level: float) -> tuple[Change, Paired | None]:
    """Better or worse only when the difference is clear at `level`; the same when nothing moved. With the pairs that
    decided, or None where there were none and the intervals did.

    What is compared must be the same: the harm, and trial by trial the ball or false-positive rate. Not better when an
    attack is missing from the second round or a new doubt was raised: an attack that failed to run, or was blinded,
    says nothing good of the defence; and not worse when one is missing from the first.
    """
    if before.harm != after.harm or not _alike(before, after):
        return "unclear", None
    paired = pairs(before, after, arrays, level)
    return _said(before, after, _direction(before, after, paired, level)), paired


def _direction(before: Reading, after: Reading, paired: Paired | None, level: float) -> int:
    """1 where the harm clearly became less, −1 where more: in pairs where there are any, else by the two intervals."""
    if paired is not None:
        clear = paired.adjusted <= level
        return int(clear and paired.mended > paired.broken) - int(clear and paired.broken > paired.mended)
    first, second = before.rate(level=level), after.rate(level=level)
    return int(first.low > second.high) - int(first.high < second.low)


def _said(before: Reading, after: Reading, direction: int) -> Change:
    if direction > 0:
        weaker = not _asked(before) <= _asked(after) or not _flags(after) <= _flags(before)
        return "unclear" if weaker else "better"
    if direction < 0:
        return "worse" if _asked(after) <= _asked(before) else "unclear"
    return "same" if before.rate().value == after.rate().value else "unclear"


def _asked(reading: Reading) -> set[tuple[str, ...]]:
    """Every trial with its version and what it was asked, as the planned trial is called."""
    return {_question(p, e) for p in reading.points for e in p.trials}


def _question(point: Point, e: Evidence) -> tuple[str, ...]:
    at = tuple(f"{k} {point.measured.at[k]}" for k in ("norm", "eps", "fpr", "condition") if k in point.measured.at)
    return (e.trial.name.partition("|")[0], str(e.trial.version), *at)


def _alike(before: Reading, after: Reading) -> bool:
    """Whether the trials that both have were asked the same, and there are any."""
    one, other = _asked(before), _asked(after)
    names = {q[0] for q in one} & {q[0] for q in other}
    return bool(names) and all({q for q in one if q[0] == n} == {q for q in other if q[0] == n} for n in names)


def _flags(reading: Reading) -> set[str]:
    return {f.id for e in reading.trials for f in e.flags}
