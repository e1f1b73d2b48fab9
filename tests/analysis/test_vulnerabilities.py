from __future__ import annotations

import pytest

from bartizan.analysis.analyse import analyse
from bartizan.core.vocabulary import Level

PUBLIC = {
    "audience": "public", "authentication": "none", "returns": "scores", "query_budget": "none", "logging": "none",
}  # fmt: skip


def found(system, kb):
    return {v.id: v for v in analyse(system, kb).vulnerabilities}


def test_sources_of_one_technique_at_one_place_are_one_vulnerability(make, kb) -> None:
    v = found(make(interface=PUBLIC), kb)["E2@reader/api"]
    assert v.sources == ("outsider", "api_customer", "insider")
    assert [m.sources for m in v.means] == [("outsider",), ("api_customer",), ("insider",)]
    assert [m.budget.queries for m in v.means] == [10_000, 100_000, 10_000]
    assert v.rules == ("open_interface",)
    assert (v.exposure, v.likelihood) == (Level.HIGH, Level.HIGH)
    assert {"DC13@api", "DC19@api", "DC20@api"} <= set(v.exposures)
    assert v.planted
    assert v.effective


def test_what_one_has_is_not_lent_to_another(make, kb) -> None:
    cast = [
        {"id": "rich", "goal": "integrity", "reaches": ["api"]},
        {"id": "poor", "goal": "integrity", "reaches": ["api"], "budget": {"queries": 5}},
        {"id": "as_poor", "goal": "integrity", "reaches": ["api"], "budget": {"queries": 5}},
    ]
    means = found(make(interface=PUBLIC, adversaries=cast), kb)["E2@reader/api"].means
    assert [(m.sources, m.budget.queries) for m in means] == [(("rich",), None), (("poor", "as_poor"), 5)]


def test_reasons_are_plain_sentences_that_show_the_sum(make, kb) -> None:
    v = found(make(interface=PUBLIC), kb)["E2@reader/api"]
    assert any("Outsider can query 'api'" in r for r in v.reasons)
    assert any("as often as they like" in r for r in v.reasons)
    likelihood = next(r for r in v.reasons if r.startswith("Likelihood"))
    assert f"= {int(v.score / (v.impact.rank + 1))} points." in likelihood
    assert all(r.rstrip(")").endswith((".", "!")) or "(" in r for r in v.reasons)


def test_closing_the_door_lowers_the_rank_score(make, kb) -> None:
    wide = found(make(interface=PUBLIC), kb)["E2@reader/api"]
    shut = found(make(), kb)["E2@reader/api"]
    assert shut.score < wide.score
    assert shut.sources == ("insider",)


@pytest.mark.parametrize(("sensitivity", "impact"), [("none", Level.LOW), ("personal", Level.HIGH)])
def test_membership_matters_where_records_are_sensitive(make, kb, sensitivity, impact) -> None:
    system = make(
        interface=PUBLIC, data={"sensitivity": sensitivity}, impact={"privacy": "high"}, use={"autonomy": "autonomous"}
    )
    assert found(system, kb)["D1@reader/api"].impact is impact


def test_unknown_is_planned_as_high_and_shown_as_unknown(make, kb) -> None:
    system = make(impact={"safety": "unknown"}, hardware={"fault_tolerance": "unknown"}, use={"autonomy": "autonomous"})
    v = found(system, kb)["H5@reader"]
    assert (v.impact, v.exposure) == (Level.UNKNOWN, Level.UNKNOWN)
    high = make(impact={"safety": "high"}, hardware={"fault_tolerance": "none"}, use={"autonomy": "autonomous"})
    assert found(high, kb)["H5@reader"].score == v.score


def test_ranks_are_a_permutation_and_lie_in_their_range(make, kb) -> None:
    ranked = analyse(make(interface=PUBLIC), kb).vulnerabilities
    assert [v.rank for v in ranked] == list(range(1, len(ranked) + 1))
    assert all(v.rank_low <= v.rank <= v.rank_high for v in ranked)
    assert any(v.rank_low < v.rank_high for v in ranked)
    assert [v.score for v in ranked] == sorted((v.score for v in ranked), reverse=True)
