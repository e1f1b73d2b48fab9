from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bartizan.campaign.rank import RULE, ranked
from bartizan.core.finding import Finding, Rate
from bartizan.core.vocabulary import Level, ThreatClass, Verdict


def finding(id: str, verdict: Verdict, severity: str = "high", low: float | None = None, rank: int = 0) -> Finding:
    rate = None if low is None else Rate(estimand="e", value=low, low=low, high=1, n=9, method="m")
    return Finding.model_validate(
        {
            "id": id, "title": id, "technique": "E1", "threat_class": ThreatClass.EVASION, "asset": "m",
            "verdict": verdict, "reason": "", "tolerance": 0.1, "severity": severity, "confidence": Level.LOW,
            "rate": rate, "rank": rank,
        }
    )  # fmt: skip


FINDINGS = [
    finding("resisted", Verdict.RESISTED, "critical", 0.0),
    finding("untested", Verdict.UNTESTED, "critical"),
    finding("inconclusive", Verdict.INCONCLUSIVE, "critical", 0.5),
    finding("mild", Verdict.EXPLOITED, "low", 0.9),
    finding("grave, rarely", Verdict.EXPLOITED, "high", 0.2),
    finding("grave, often", Verdict.EXPLOITED, "high", 0.8),
]


def test_the_rule_is_said_and_kept() -> None:
    assert "Exploited before inconclusive and untested" in RULE
    assert [f.id for f in ranked(FINDINGS)] == [
        "grave, often", "grave, rarely", "mild", "untested", "inconclusive", "resisted",
    ]  # fmt: skip


def test_equals_keep_the_order_of_their_vulnerabilities() -> None:
    same = [finding(str(n), Verdict.UNTESTED, rank=n) for n in (3, 1, 2)]
    assert [f.id for f in ranked(same)] == ["1", "2", "3"]


@given(st.permutations(FINDINGS))
def test_the_order_asked_in_does_not_matter(order: list[Finding]) -> None:
    assert ranked(order) == ranked(FINDINGS)


def test_each_place_lies_in_its_range_and_a_settled_one_does_not_move() -> None:
    placed = ranked(FINDINGS)
    assert [f.rank for f in placed] == [1, 2, 3, 4, 5, 6]
    assert all(f.rank_low <= f.rank <= f.rank_high for f in placed)
    assert {f.id: (f.rank_low, f.rank_high) for f in placed}["mild"] == (3, 3)
    assert {f.id: (f.rank_low, f.rank_high) for f in placed}["grave, rarely"] == (1, 2)
