"""Evidence is made up here; what is tested is what is read out of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bartizan.campaign.bench import Bench
from bartizan.campaign.judge import judge
from bartizan.core.access import Access
from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.core.plan import Plan
from bartizan.core.system import System
from bartizan.core.threat import Vulnerability
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Capability as C
from bartizan.core.vocabulary import Level, Objective, Outcome, ThreatClass
from bartizan.knowledge.load import load
from bartizan.numerics.intervals import clopper_pearson


def system(**interface: Any) -> System:
    api = {"id": "api", "serves": "m", **interface}
    return System.model_validate(
        {"name": "n", "purpose": "p", "stage": "deployment", "assets": {"models": [{"id": "m"}]}, "interfaces": [api]}
    )


def vulnerability(technique: str, threat_class: ThreatClass) -> Vulnerability:
    return Vulnerability(
        id=f"{technique}@m/api", technique=technique, title="t", threat_class=threat_class, asset="m", interface="api",
        sources=(), source_kind="adversary", exposures=(), exposure=Level.HIGH, maturity="", rank=1,
        objective=Objective.PRIVACY, likelihood=Level.HIGH, impact=Level.HIGH,
    )  # fmt: skip


D1 = vulnerability("D1", ThreatClass.DATA_EXTRACTION)
X1 = vulnerability("X1", ThreatClass.MODEL_EXTRACTION)


def share(estimand: str, k: int, n: int, **at: Any) -> Measurement:
    low, high = clopper_pearson(k, n)
    return Measurement(estimand=estimand, unit="u", n=n, method="m", value=k / n, low=low, high=high, at=at)


def evidence(
    name: str, plugin: str, *points: Measurement, answers: str, needs: tuple[C, ...] = (C.SCORES,), **trial: Any
) -> Evidence:
    made = Trial(
        name=name, kind="attack", plugin=plugin, version=1, answers=(answers,), access=Access(capabilities=needs),
        subject=Subject(kind="target", id="m", treatments=trial.pop("treatments", ())), **trial,
    )  # fmt: skip
    return Evidence(id=name, artifact=name, trial=made, outcome=Outcome.MEASURED, measurements=points)


def told(name: str, found: int, plugin: str = "rmia", fprs: tuple[float, ...] = (0.01,), **more: Any) -> Evidence:
    rows = [
        m
        for fpr in fprs
        for m in (
            share("tpr", found, 1000, fpr=fpr), share("realised_fpr", 10, 2000, fpr=fpr),
            share("told_apart", found - 5, 1000, fpr=fpr), share("falsely_accused", 3, 1000, fpr=fpr),
        )
    ]  # fmt: skip
    return evidence(name, plugin, *rows, share("auc", 2000, 3000), answers=D1.id, **more)


def one(v: Vulnerability, *found: Evidence, **interface: Any) -> Finding:
    kept = {e.trial.name: e for e in found}
    bench = Bench(system(**interface), load(), Plan(effort="quick"), kept, ArrayReader(), date(2030, 1, 1))
    return judge(bench, [v])[0]


def test_members_are_told_by_the_trial_that_set_the_rate() -> None:
    found = one(D1, told("weak", 20, "loss_threshold"), told("strong", 60, fprs=(0.01, 0.005))).membership
    assert found is not None
    assert (found.evidence, [t.fpr for t in found.told]) == ("strong", [0.01, 0.005])
    assert found.strictest is not None
    assert (found.strictest.members.value, found.strictest.realised.n, found.outsiders) == (0.055, 1000, 2000)


def test_the_lower_end_leaves_room_for_having_picked_the_strongest() -> None:
    alone, picked = one(D1, told("a", 60)).membership, one(D1, told("a", 60), told("b", 20)).membership
    assert alone is not None
    assert picked is not None
    assert picked.told[0].members.low < alone.told[0].members.low
    assert picked.told[0].members.low == pytest.approx(clopper_pearson(55, 1000, 0.05 / 2)[0])


@pytest.mark.parametrize(
    ("fprs", "lower"),
    [((0.1,), (0.01, 1000)), ((0.01,), (0.001, 10_000)), ((0.01, 0.001, 0.0001), (None, None))],
)
def test_it_is_said_how_many_outsiders_the_next_lower_rate_needs(
    fprs: tuple[float, ...], lower: tuple[float | None, int | None]
) -> None:
    found = one(D1, told("a", 60, fprs=fprs)).membership
    assert found is not None
    assert (found.next_fpr, found.next_outsiders) == lower


def theft(name: str = "copy", curve: tuple[tuple[int, int], ...] = ((100, 300), (1000, 450)), **more: Any) -> Evidence:
    rows = [
        m
        for n, k in curve
        for m in (share("fidelity", k, 500, queries=n), share("surrogate_accuracy", k, 500, queries=n))
    ]
    return evidence(
        name, "soft_label_extraction", *rows, share("baseline_fidelity", 400, 500, queries=0), answers=X1.id, **more
    )


def test_a_theft_has_a_curve_with_its_price_where_one_is_stated() -> None:
    free, priced = one(X1, theft()).theft, one(X1, theft(), query_eur=0.002).theft
    assert free is not None
    assert priced is not None
    assert [(c.queries, c.fidelity.value, c.eur) for c in free.curve] == [(100, 0.6, None), (1000, 0.9, None)]
    assert [c.eur for c in priced.curve] == [0.2, 2.0]
    assert (free.query_eur, priced.query_eur) == (None, 0.002)
    assert free.own is not None
    assert free.own.value == 0.8


def test_what_was_prepared_on_the_copy_shows_its_worth() -> None:
    turned = share("attack_success", 20, 100, norm="linf", eps=0.1)
    moved = evidence("moved", "transfer", turned, answers="E3@m", needs=(), after=("copy",))
    other = evidence("other", "transfer", turned, answers="E3@m", needs=(), after=("else",))
    found = one(X1, theft(), moved, other).theft
    assert found is not None
    ((norm, eps, evidence_),) = [(n.norm, n.eps, n.evidence) for n in found.next]
    assert (norm, eps, evidence_) == ("linf", 0.1, "moved")


def test_the_ladder_of_a_theft_starts_with_the_fewest_queries() -> None:
    found = one(X1, theft(), theft("by labels", ((100, 250), (1000, 400)), needs=(C.LABELS,)))
    rungs = [(r.access, r.rate, r.queries) for r in found.knowledge]
    assert rungs == [
        ("labels_few", 0.5, 100), ("labels", 0.8, 1000), ("scores_few", 0.6, 100), ("scores", 0.9, 1000),
    ]  # fmt: skip


def test_the_ladder_of_membership_goes_from_labels_to_models_of_ones_own() -> None:
    found = one(
        D1,
        told("labels", 12, "label_sturdiness", needs=(C.LABELS,), budget={"queries_per_example": 9}),
        told("loss", 20, "loss_threshold", budget={"queries_per_example": 1}),
        told("shadows", 60, needs=(C.SCORES, C.RECIPE), budget={"queries_per_example": 1}),
    )
    rungs = [(r.access, r.rate, r.queries) for r in found.knowledge]
    assert rungs == [("labels", 0.012, 9), ("scores", 0.02, 1), ("recipe", 0.06, 1)]


def test_findings_of_other_kinds_have_neither() -> None:
    found = one(X1, theft())
    assert found.membership is None
    assert one(D1, told("a", 60)).theft is None
