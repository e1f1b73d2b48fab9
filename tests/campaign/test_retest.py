from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bartizan.campaign.retest import _change, again, defence_trial
from bartizan.core.finding import Finding, Rate, Scope
from bartizan.core.treatment import Treatment
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Level, ThreatClass, Verdict


def finding(low: float | None, value: float = 0.0, high: float = 0.0, verdict: Verdict = Verdict.EXPLOITED) -> Finding:
    rate = None if low is None else Rate(estimand="e", value=value, low=low, high=high, n=9, method="m")
    return Finding(
        id="f", title="f", technique="E1", threat_class=ThreatClass.EVASION, asset="m", verdict=verdict, reason="",
        tolerance=0.1, severity="high", confidence=Level.LOW, rate=rate,
    )  # fmt: skip


BEFORE = finding(0.4, 0.5, 0.6)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (BEFORE, finding(0.0, 0.1, 0.39), "better"),
        (BEFORE, finding(0.61, 0.8, 0.9), "worse"),
        (BEFORE, finding(0.3, 0.4, 0.5), "unclear"),
        (BEFORE, finding(0.2, 0.3, 0.4), "unclear"),
        (BEFORE, BEFORE, "same"),
        (BEFORE, finding(None, verdict=Verdict.UNTESTED), "untested"),
        (finding(None, verdict=Verdict.UNTESTED), BEFORE, "untested"),
    ],
)
def test_better_or_worse_only_when_intervals_are_apart(before: Finding, after: Finding, change: str) -> None:
    assert _change(before, after) == change


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": Scope(attacks=("noise/1",))},
        {"flags": ("flat_scores",)},
        {"rate": Rate(estimand="other", value=0.1, low=0.0, high=0.1, n=9, method="m")},
    ],
    ids=["an attack is missing", "a new doubt", "another harm"],
)
def test_nothing_is_better_because_less_was_measured(changes: dict[str, Any]) -> None:
    full = Scope(attacks=("apgd/1", "noise/1"))
    before, after = (f.model_copy(update={"scope": full}) for f in (BEFORE, finding(0.0, 0.1, 0.39)))
    assert _change(before, after) == "better"
    assert _change(before, after.model_copy(update=changes)) == "unclear"


def trial(name: str, model: str = "m", kind: str = "target", **given: Any) -> Trial:
    subject = Subject.model_validate({"kind": kind, "id": model})
    return Trial(name=name, kind="attack", plugin="p", version=1, subject=subject, **given)


def test_all_trials_of_the_treated_model_run_again_and_no_others() -> None:
    planned = [
        trial("a", answers=("E1@m",), seed=3, params={"eps": 0.1}),
        trial("b", after=("a", "elsewhere")),
        trial("other", model="n"),
        trial("scan", kind="files"),
        trial("control:p", kind="control"),
    ]
    shield = trial("shield@m")
    second = again(planned, shield)
    assert [t.name for t in second] == ["a|shield@m", "b|shield@m"]
    assert all(t.subject.treatments == ("shield@m",) for t in second)
    assert second[1].after == ("a|shield@m", "elsewhere")
    same = {"params", "seed", "budget", "access", "answers", "examples", "plugin", "version", "kind"}
    assert second[0].model_dump(include=same) == planned[0].model_dump(include=same)


def test_a_treatment_becomes_a_trial_that_fits_it(stand_ins: Path) -> None:
    treatment = Treatment(
        id="t", defence="none", plugin="stand_in_defense", title="t", status="recommended", params={"k": 1}
    )  # fmt: skip
    made = defence_trial(treatment, "m")
    assert (made.name, made.kind, made.params) == ("stand_in_defense@m", "defense", {"k": 1})
    assert made.subject == Subject(kind="target", id="m")
