from __future__ import annotations

import pytest

from bartizan.analysis.facts import Change
from bartizan.analysis.ranking import Case, highest, rank_ranges, ranks, weigh
from bartizan.analysis.threats import Candidate
from bartizan.core.exposure import Exposure
from bartizan.core.threat import Threat
from bartizan.core.vocabulary import Aspect, Level, Objective, Provenance, ThreatClass

L, M, H, U = Level.LOW, Level.MEDIUM, Level.HIGH, Level.UNKNOWN


def source(via="public", ample=True, wanted=True) -> Candidate:
    threat = Threat(
        id="E2@m/api:x", technique="E2", threat_class=ThreatClass.EVASION, source="x", source_kind="adversary",
        asset="m", objective=Objective.INTEGRITY,
    )  # fmt: skip
    return Candidate(threat, via, ample, wanted)


def case(id="E2@m/api", raising=("a",), impact=M, changes=(), worsening=(), sources=(), measured=True) -> Case:
    return Case(id, sources or (source(),), raising, worsening, impact, "demonstrated", changes, measured)


def change(effect, to=None, rule="r") -> Change:
    return Change(rule=rule, effect=effect, reason="", techniques=("E2",), asset="m", to=to)


def exposure(id, level, provenance=Provenance.JUDGED) -> Exposure:
    return Exposure(
        id=id, choice=id, title="", aspect=Aspect.MODEL, item="m", field="f", option="o", level=level,
        provenance=provenance,
    )  # fmt: skip


@pytest.fixture
def table(kb):
    return kb.tables.likelihood


def test_points_are_those_of_the_table(table) -> None:
    weight = weigh(case(), {"a": H, "DC33@system": M}, table)
    expected = table.exposure[H] + table.maturity["demonstrated"] + table.access["public"] + table.budget["ample"]
    assert sum(n for _, n in weight.points) == expected + table.benefit[M]
    assert weight.score == 2 * sum(n for _, n in weight.points)


def test_the_best_placed_source_counts(table) -> None:
    both = case(sources=(source("internal", ample=False, wanted=False), source("public")))
    alone = case(sources=(source("public"),))
    levels = {"a": L, "DC33@system": H}
    assert weigh(both, levels, table) == weigh(alone, levels, table)


def test_hazards_want_nothing(table) -> None:
    weight = weigh(case(sources=(source("world", wanted=None),)), {"a": L, "DC33@system": H}, table)
    assert "benefit" not in dict(weight.points)


@pytest.mark.parametrize(("levels", "result"), [([L, H], H), ([U, H], H), ([U, M], U), ([L], L), ([U], U)])
def test_unknown_is_shown_only_where_nothing_known_is_as_high(levels, result) -> None:
    assert highest(levels) is result


def test_without_design_choices_it_is_unknown_or_judged_medium(table) -> None:
    assert weigh(case(raising=()), {}, table).exposure is U
    assert weigh(case(raising=(), measured=False), {}, table).exposure is M


@pytest.mark.parametrize(
    ("stated", "bearing", "changes", "result"),
    [
        (H, (L, L), (), M),  # every safeguard is there
        (H, (L, M), (), H),
        (L, (L, L), (), L),
        (U, (H,), (), U),
        (U, (L,), (), M),
        (H, (), (change("impact_at_most", M),), M),
        (L, (), (change("impact_at_least", H),), H),
        (H, (), (change("impact_at_most", L), change("impact_at_least", H)), H),  # the worse one wins
    ],
)
def test_impact(table, stated, bearing, changes, result) -> None:
    levels = {"a": L} | {str(i): level for i, level in enumerate(bearing)}
    worsening = tuple(str(i) for i in range(len(bearing)))
    assert weigh(case(impact=stated, changes=changes, worsening=worsening), levels, table).impact is result


def test_rules_raise_the_exposure_and_the_likelihood(table) -> None:
    plain, levels = case(), {"a": L}
    floored = weigh(case(changes=(change("exposure_at_least", H),)), levels, table)
    raised = weigh(case(changes=(change("likelihood_up"), change("likelihood_up", rule="other"))), levels, table)
    assert floored.exposure is H
    assert raised.score - weigh(plain, levels, table).score == 2 * 4  # two rules of two points, at impact 2


def test_ranks_are_by_score_then_mean_then_id(table) -> None:
    cases = (case("B@m", ("a", "b")), case("A@m", ("a", "b")), case("C@m", ("a",)), case("D@m", impact=H))
    assert ranks(cases, {"a": M, "b": L}, table) == {"D@m": 1, "C@m": 2, "A@m": 3, "B@m": 4}


def test_rank_ranges_move_with_judged_levels_only(table) -> None:
    cases = (case("A@m", ("b",)), case("B@m", ("a",)))  # on a tie, A comes first
    judged = (exposure("a", M), exposure("b", L))
    assert rank_ranges(cases, judged, table) == {"A@m": (1, 2), "B@m": (1, 2)}
    sourced = tuple(e.model_copy(update={"provenance": Provenance.SOURCED}) for e in judged)
    assert rank_ranges(cases, sourced, table) == {"A@m": (2, 2), "B@m": (1, 1)}
