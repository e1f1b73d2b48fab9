"""Only a control of the same norm and access lets a failure count, and only a doubt about failures takes that away."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.attacks.evasion.apgd import Apgd
from bartizan.campaign.adequacy import adequate
from bartizan.campaign.work import Job, execute
from bartizan.core.access import Access
from bartizan.core.artifact import Flag, Measurement
from bartizan.core.evidence import Evidence
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome


def passed(value: float = 1.0, **at: Any) -> Measurement:
    return Measurement(
        estimand="control_passed", unit="share", n=1, method="m", value=value, low=value, high=value, at=at
    )  # fmt: skip


def evidence(kind: str, *found: Measurement, flags: tuple[Flag, ...] = (), norm: str = "l2") -> Evidence:
    trial = Trial(
        name="t", kind="attack", plugin="apgd", version=1, subject=Subject(kind=kind, id="m"),
        access=Access(capabilities=("weights",)), params={"norm": norm, "eps": 1.0},
    )  # fmt: skip
    return Evidence(id="e", artifact="a", trial=trial, outcome=Outcome.MEASURED, measurements=found, flags=flags)


@pytest.mark.parametrize(
    ("controls", "counts"),
    [
        ([passed(norm="l2", access="weights")], True),
        ([passed(norm="linf", access="weights")], False),
        ([passed(norm="l2", access="logits")], False),
        ([passed(norm="l2", access="weights"), passed(0.0, norm="linf", access="weights")], True),
        ([passed(norm="l2", access="weights"), passed(0.0, norm="l2", access="weights")], False),
        ([passed(access="weights")], True),
        ([], False),
    ],
)
def test_a_control_speaks_for_its_own_norm_and_access(controls: list[Measurement], counts: bool) -> None:
    assert adequate({"control:apgd": evidence("control", *controls)}, evidence("target")) is counts


@pytest.mark.parametrize(("against", "counts"), [("failures", False), ("successes", True)])
def test_who_loses_successes_was_no_better_than_that(against: Any, counts: bool) -> None:
    known = {"control:apgd": evidence("control", passed(norm="l2", access="weights"))}
    doubted = evidence("target", flags=(Flag(id="doubt", detail="", against=against),))
    assert adequate(known, doubted) is counts


def test_the_runner_notes_the_norm_and_the_access_of_every_control(tmp_path: Any) -> None:
    pytest.importorskip("torch")
    trial = Trial(
        name="c", kind="attack", plugin="apgd", version=Apgd.spec.version, subject=Subject(kind="control", id="apgd")
    )
    made = execute(Job(trial, str(tmp_path))).measured.measurements
    found = {(m.at["norm"], m.at["access"]) for m in made if m.value == 1}
    assert found == {(n, a) for n in ("linf", "l2") for a in ("logits", "weights")}
