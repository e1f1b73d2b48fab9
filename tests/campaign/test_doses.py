"""Doses are made up here; what is tested is what is read out of them and what it costs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bartizan.campaign.bench import Bench
from bartizan.campaign.judge import judge
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.dose import Poison
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.core.plan import Plan
from bartizan.core.system import System
from bartizan.core.threat import Vulnerability
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Capability, Level, Objective, Outcome, ThreatClass
from bartizan.knowledge.load import load
from bartizan.numerics.intervals import clopper_pearson

PRICED = {"label_eur": 0.04, "record_eur": 0.2, "account_records": 100}


def system(contributing: dict[str, Any] | None) -> System:
    data = [{"id": "labelled", **({"contributing": contributing} if contributing else {})}, {"id": "test"}]
    assets = {"data": data, "models": [{"id": "m", "train_data": "labelled"}]}
    return System.model_validate({"name": "n", "purpose": "p", "stage": "data", "assets": assets})


def vulnerability(technique: str = "P1", threat_class: ThreatClass = ThreatClass.POISONING) -> Vulnerability:
    return Vulnerability(
        id=f"{technique}@m", technique=technique, title="t", threat_class=threat_class, asset="m", interface=None,
        sources=(), source_kind="adversary", exposures=(), exposure=Level.HIGH, maturity="", rank=1,
        objective=Objective.INTEGRITY, likelihood=Level.HIGH, impact=Level.HIGH,
    )  # fmt: skip


def row(estimand: str, k: int, n: int, records: int) -> Measurement:
    low, high = clopper_pearson(k, n)
    return Measurement(
        estimand=estimand, unit="u", n=n, method="m", value=k / n, low=low, high=high, at={"records": records}
    )


def trial(name: str, unit: str, *doses: tuple[int, int], plugin: str = "label_flip", harm: str = "accuracy_drop"):
    """doses: records with how many of ten retrainings reached the goal, the largest first as referees have them."""
    rows = [m for d, k in reversed(doses) for m in (row("goal_reached", k, 10, d), row(harm, k, 10, d))]
    made = Trial(
        name=name, kind="attack", plugin=plugin, version=1, answers=("P1@m", "B1@m"),
        access=Access(capabilities=(Capability.DATA_WRITE,)), subject=Subject(kind="target", id="m"),
    )  # fmt: skip
    return Evidence(
        id=name, artifact=name, trial=made, outcome=Outcome.MEASURED, measurements=tuple(rows), tries_unit=unit
    )


def one(*found: Evidence, v: Vulnerability | None = None, contributing: dict[str, Any] | None = None) -> Finding:
    kept = {e.trial.name: e for e in found}
    bench = Bench(system(contributing), load(), Plan(effort="quick"), kept, ArrayReader(), date(2030, 1, 1))
    return judge(bench, [v or vulnerability()])[0]


def poison(*found: Evidence, **more: Any) -> tuple[Poison, ...]:
    return one(*found, **more).poison


FLIPS = ((50, 1), (100, 5), (250, 10))


def test_the_least_dose_is_the_smallest_with_which_half_of_the_retrainings_go_wrong() -> None:
    (found,) = poison(trial("a", "labels", *FLIPS))
    assert (found.attack, found.what, found.harm, found.evidence) == ("label_flip", "labels", "accuracy_drop", "a")
    assert [(d.amount, d.goal.value) for d in found.doses] == [(50, 0.1), (100, 0.5), (250, 1.0)]
    assert found.least == found.doses[1]


def test_without_a_price_there_is_none() -> None:
    (found,) = poison(trial("a", "labels", *FLIPS))
    assert (found.data, found.contributing, found.each) == ("labelled", None, None)
    assert {(d.eur, d.accounts) for d in found.doses} == {(None, None)}


def test_labels_have_another_price_than_records() -> None:
    flips, planted = (poison(trial("a", unit, *FLIPS), contributing=PRICED)[0].doses for unit in ("labels", "records"))
    assert [(d.eur, d.accounts) for d in flips] == [(2.0, 1), (4.0, 1), (10.0, 3)]
    assert [(d.eur, d.accounts) for d in planted] == [(10.0, 1), (20.0, 1), (50.0, 3)]


def test_where_only_records_are_priced_labels_are_not_free() -> None:
    (found,) = poison(trial("a", "labels", *FLIPS), contributing={"record_eur": 0.2})
    assert found.each is None
    assert {d.eur for d in found.doses} == {None}


def test_no_dose_reached_the_goal() -> None:
    (found,) = poison(trial("a", "labels", (50, 0), (100, 4)), contributing=PRICED)
    assert found.least is None
    assert found.doses[-1].eur == 4.0


@pytest.mark.parametrize(
    ("contributing", "order"),
    [(None, ["few records", "many labels"]), (PRICED, ["many labels", "few records"])],
)
def test_the_cheapest_way_comes_first_and_without_prices_the_smallest(
    contributing: dict[str, Any] | None, order: list[str]
) -> None:
    many, few = trial("many labels", "labels", (300, 10)), trial("few records", "records", (100, 10))
    held = trial("held", "records", (100, 0))
    assert [p.evidence for p in poison(held, many, few, contributing=contributing)] == [*order, "held"]


def test_a_backdoor_has_its_doses_too_and_twins_are_none() -> None:
    found = trial("b", "records", (0, 0), (25, 9), plugin="badnets", harm="trigger_success")
    (made,) = poison(found, v=vulnerability("B1", ThreatClass.BACKDOOR), contributing=PRICED)
    assert [(d.amount, d.eur) for d in made.doses] == [(25, 5.0)]


def test_what_is_written_is_read_back_with_its_price() -> None:
    again = Finding.from_json(one(trial("a", "labels", *FLIPS), contributing=PRICED).to_json())
    assert again.poison[0].contributing is not None
    assert again.poison[0].each == 0.04


def test_labels_that_were_written_are_no_records_in_the_scope() -> None:
    made = trial("a", "labels", *FLIPS)
    within = made.trial.model_copy(update={"budget": Budget(records=500)})
    assert one(made.model_copy(update={"trial": within})).scope.budget == "labels of up to 250 of 500 records"
