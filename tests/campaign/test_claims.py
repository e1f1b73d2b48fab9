from __future__ import annotations

from bartizan.campaign.claims import mark_holm
from bartizan.core.finding import Finding, Rate
from bartizan.core.vocabulary import Level, ThreatClass, Verdict
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.levels import Estimate


def finding(id: str, k: int, n: int, tolerance: float, verdict: Verdict = Verdict.EXPLOITED) -> Finding:
    low, high = clopper_pearson(k, n)
    rate = Rate(estimand="e", value=k / n, low=low, high=high, n=n, method="m")
    return Finding(
        id=id, title=id, technique="E1", threat_class=ThreatClass.EVASION, asset="m", verdict=verdict, reason="",
        tolerance=tolerance, severity="high", confidence=Level.LOW, rate=rate,
        p=Estimate(k / n, low, high, n, "m").chance(tolerance),
    )  # fmt: skip


def marks(*findings: Finding) -> dict[str, bool | None]:
    return {f.id: f.holm for f in mark_holm(findings)}


def test_a_clear_claim_stands_alone_and_in_company() -> None:
    clear = finding("clear", 60, 100, 0.1)
    assert marks(clear) == {"clear": True}
    crowd = [finding(f"calm {i}", 0, 100, 0.1, Verdict.RESISTED) for i in range(50)]
    assert marks(clear, *crowd)["clear"] is True


def test_a_narrow_claim_stands_alone_and_falls_in_company() -> None:
    narrow = finding("narrow", 18, 100, 0.1)
    assert narrow.rate is not None
    assert narrow.rate.low > 0.1
    assert marks(narrow)["narrow"] is True
    crowd = [finding(f"calm {i}", 10, 100, 0.1, Verdict.INCONCLUSIVE) for i in range(30)]
    assert marks(narrow, *crowd)["narrow"] is False


def test_only_claims_of_exploitation_are_marked() -> None:
    calm = finding("calm", 0, 100, 0.1, Verdict.RESISTED)
    untested = finding("untested", 0, 1, 0.1, Verdict.UNTESTED).model_copy(update={"rate": None, "p": None})
    assert marks(calm, untested) == {"calm": None, "untested": None}


def test_the_p_value_of_the_finding_counts_and_none_is_made_from_its_rate() -> None:
    clear = finding("clear", 60, 100, 0.1)
    assert marks(clear.model_copy(update={"p": 0.03})) == {"clear": False}


def test_no_findings_no_claims() -> None:
    assert mark_holm(()) == ()
