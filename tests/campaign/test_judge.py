"""Evidence is made up here, of the stand-in's kind; what is tested is what may be concluded from it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.campaign.bench import Bench
from bartizan.campaign.judge import judge
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Flag, Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.core.plan import Plan, Untested
from bartizan.core.system import System
from bartizan.core.threat import Vulnerability
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Capability, Level, Objective, Outcome, ThreatClass, Verdict
from bartizan.knowledge.load import load
from bartizan.numerics.intervals import clopper_pearson, mean_interval
from bartizan.numerics.levels import STUDENT

SYSTEM = {
    "name": "n", "purpose": "p", "stage": "deployment", "assets": {"models": [{"id": "m"}]},
    "gates": [{"threat_class": "supply_chain", "estimand": "stand_in_harm", "at_most": 0.1}],
}  # fmt: skip
V = Vulnerability(
    id="S1@m", technique="S1", title="t", threat_class=ThreatClass.SUPPLY_CHAIN, asset="m", sources=(),
    source_kind="adversary", exposures=(), exposure=Level.HIGH, maturity="", objective=Objective.INTEGRITY,
    likelihood=Level.HIGH, impact=Level.HIGH, rank=1,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _plugins(stand_ins: Path) -> None:
    """The judge asks each attack's spec what its harm is."""


def harm(k: int, n: int, **at: float) -> Measurement:
    low, high = clopper_pearson(k, n)
    return Measurement(
        estimand="stand_in_harm", unit="share", n=n, method="m", value=k / n, low=low, high=high, at=dict(at)
    )


def evidence(name: str = "a", *points: Measurement, flags: tuple[str, ...] = (), **changes: Any) -> Evidence:
    trial = Trial(
        name=name, kind="attack", plugin=changes.pop("plugin", "stand_in"), version=1,
        subject=Subject(kind="target", id="m", treatments=changes.pop("treatments", ())),
        answers=(changes.pop("answers", "S1@m"),), params=changes.pop("params", {}), examples=100,
    )  # fmt: skip
    fields = {"outcome": Outcome.MEASURED, "tries_unit": "queries", "size_unit": "linf", **changes}
    return Evidence(
        id=name, artifact=name, trial=trial, measurements=points, flags=tuple(Flag(id=f, detail="") for f in flags),
        **fields,
    )  # fmt: skip


def control(passed: float = 1.0, plugin: str = "stand_in", **changes: Any) -> Evidence:
    ok = Measurement(estimand="control_passed", unit="share", n=1, method="m", value=passed, low=passed, high=passed)
    made = evidence(f"control:{plugin}", ok, answers="", plugin=plugin, **changes)
    return made.model_copy(update={"trial": made.trial.model_copy(update={"subject": Subject(kind="control", id="p")})})


def bench(*found: Evidence, arrays: dict[str, Any] | None = None, system: Any = None, **changes: Any) -> Bench:
    return Bench(
        System.model_validate({**SYSTEM, **(system or {})}), load(), changes.pop("plan", Plan(effort="quick")),
        {e.trial.name: e for e in found}, ArrayReader(lambda id: (arrays or {}).get(id, {})), date(2030, 1, 1),
        **changes,
    )  # fmt: skip


def one(*found: Evidence, vulnerability: Vulnerability = V, **changes: Any) -> Finding:
    return judge(bench(*found, **changes), [vulnerability])[0]


@pytest.mark.parametrize(
    ("points", "flags", "controls", "verdict"),
    [
        ([harm(30, 100)], (), [control()], Verdict.EXPLOITED),
        ([harm(30, 100)], ("doubt",), [], Verdict.EXPLOITED),
        ([harm(12, 100)], (), [control()], Verdict.INCONCLUSIVE),
        ([harm(1, 100)], (), [control()], Verdict.RESISTED),
        ([harm(0, 3)], (), [control()], Verdict.INCONCLUSIVE),
        ([harm(1, 100)], (), [], Verdict.INCONCLUSIVE),
        ([harm(1, 100)], (), [control(0.0)], Verdict.INCONCLUSIVE),
        ([harm(1, 100)], (), [control(outcome=Outcome.ERROR)], Verdict.INCONCLUSIVE),
        ([harm(1, 100)], (), [control(plugin="feeble")], Verdict.INCONCLUSIVE),
        ([harm(1, 100)], ("doubt",), [control()], Verdict.INCONCLUSIVE),
        ([], (), [control()], Verdict.UNTESTED),
    ],
)
def test_a_verdict_never_says_more_than_its_evidence(
    points: list[Measurement], flags: tuple[str, ...], controls: list[Evidence], verdict: Verdict
) -> None:
    found = one(evidence("a", *points, flags=flags), *controls)
    assert found.verdict is verdict
    assert found.reason
    assert found.tolerance == 0.1


def test_resisted_needs_only_one_sound_attack_and_names_what_is_in_doubt() -> None:
    doubted = evidence("b", harm(0, 100), flags=("doubt",), plugin="feeble")
    found = one(evidence("a", harm(0, 100)), doubted, control())
    assert (found.verdict, found.flags) == (Verdict.RESISTED, ("doubt",))
    assert "raised doubt" in one(doubted, control()).reason
    assert "positive control" in one(evidence("a", harm(0, 100))).reason


def test_the_worst_point_of_all_trials_and_curves_decides() -> None:
    found = one(evidence("a", harm(0, 100)), evidence("b", harm(1, 100), harm(50, 100), harm(2, 100)), control())
    assert found.verdict is Verdict.EXPLOITED
    assert found.rate is not None
    assert found.rate.value == 0.5
    assert set(found.evidence) == {"a", "b"}


def test_the_worst_of_several_is_held_to_a_stricter_level_and_says_so() -> None:
    """18 of 100 is just above 0.1 by itself, and not when it was picked from eight."""
    edge = harm(18, 100)
    assert edge.low > 0.1
    assert one(evidence("a", edge), control()).verdict is Verdict.EXPLOITED
    found = one(evidence("a", edge), *(evidence(f"b{i}", harm(5, 100)) for i in range(7)), control())
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.rate is not None
    assert (found.rate.points, found.rate.value) == (8, 0.18)
    assert found.rate.low == pytest.approx(clopper_pearson(18, 100, 0.05 / 8)[0])
    assert "worst of 8" in found.reason
    assert "worst of 8" in found.rate.method


def test_the_worst_of_eight_conditions_at_the_tolerance_is_rarely_exploited() -> None:
    rng, false = np.random.default_rng(0), 0
    for _ in range(200):
        conditions = [evidence(f"c{i}", harm(int(k), 800)) for i, k in enumerate(rng.binomial(800, 0.1, 8))]
        found = one(*conditions, control())
        false += found.verdict is Verdict.EXPLOITED
        assert found.p is not None
        assert (found.p <= 0.025) == (found.verdict is Verdict.EXPLOITED)
    assert false <= 12


HAZARD = V.model_copy(
    update={"id": "H2@m", "technique": "H2", "threat_class": ThreatClass.HAZARD, "source_kind": "hazard"}
)


def condition(name: str, k: int, n: int = 800, **changes: Any) -> Evidence:
    low, high = clopper_pearson(k, n)
    m = Measurement(
        estimand="failure_probability", unit="example", n=n, method="m", value=k / n, low=low, high=high,
        at={"condition": name},
    )  # fmt: skip
    points = () if "outcome" in changes else (m,)
    made = evidence(name, *points, answers="H2@m", plugin="blur", params={"condition": name}, **changes)
    return made.model_copy(update={"trial": made.trial.model_copy(update={"kind": "hazard"})})


def weathered(*found: Evidence) -> Finding:
    gate = {"threat_class": "hazard", "estimand": "failure_probability", "at_most": 0.06}
    return one(*found, control(plugin="blur"), vulnerability=HAZARD, system={"gates": [gate]})


def test_a_hazard_is_resisted_in_every_condition_or_not_at_all() -> None:
    fine = condition("fog", 5), condition("rain", 6)
    assert weathered(*fine).verdict is Verdict.RESISTED
    assert weathered(*fine).scope.conditions == ("fog", "rain")
    lost = weathered(*fine, condition("snow", 0, outcome=Outcome.ERROR, reason="killed after its deadline"))
    assert lost.verdict is Verdict.INCONCLUSIVE
    assert "snow: not measured (killed after its deadline)" in lost.reason
    doubted = weathered(*fine, condition("snow", 5, flags=("claims_differ",)))
    assert doubted.verdict is Verdict.INCONCLUSIVE
    assert "snow: every attack raised claims_differ" in doubted.reason
    assert weathered(*fine, condition("snow", 300), condition("ice", 0, outcome=Outcome.ERROR)).verdict is (
        Verdict.EXPLOITED
    )


POISON = V.model_copy(update={"id": "P1@m", "technique": "P1", "threat_class": ThreatClass.POISONING})


def poisoned(drops: list[float], tolerance: float = 0.05) -> Finding:
    low, high = mean_interval(drops)
    drop = Measurement(
        estimand="accuracy_drop", unit="retraining seed", n=len(drops), method=f"{STUDENT} over retraining seeds",
        value=float(np.mean(drops)), low=low, high=high, at={"records": 10},
    )  # fmt: skip
    goal = harm(len(drops), len(drops)).model_copy(update={"estimand": "goal_reached"})
    gate = {"threat_class": "poisoning", "estimand": "accuracy_drop", "at_most": tolerance}
    found = evidence("a", goal, drop, answers="P1@m", plugin="label_flip")
    return one(found, control(plugin="label_flip"), vulnerability=POISON, system={"gates": [gate]})


def test_poisoning_is_judged_by_what_it_costs_and_not_by_how_many_retrainings_it_reaches() -> None:
    calm = poisoned([0.01, 0.011, 0.009, 0.01, 0.01])
    assert (calm.verdict, calm.rate and calm.rate.estimand) == (Verdict.RESISTED, "accuracy_drop")
    assert poisoned([0.2, 0.21, 0.19, 0.2, 0.2]).verdict is Verdict.EXPLOITED
    assert poisoned([0.2]).verdict is Verdict.INCONCLUSIVE
    assert "Only 1 retraining seed" in poisoned([0.2]).reason
    assert "Only 3 retraining seeds" in poisoned([0.2, 0.21, 0.19]).reason
    assert "Only" not in calm.reason


def test_a_trial_on_few_examples_that_leaves_the_tolerance_open_is_not_resisted() -> None:
    found = one(evidence("a", harm(2, 500)), evidence("few", harm(0, 20)), control())
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "few" in found.reason


def test_a_baseline_may_succeed_but_to_withstand_it_is_no_resistance() -> None:
    ball = {"norm": "linf", "eps": 0.1}
    noise = evidence("n", plugin="noise", params=ball)
    given = {"vulnerability": EVASION, "system": {"gates": []}}
    held = one(noise, control(plugin="noise"), arrays={"n": {"reached": np.zeros(100, np.bool_)}}, **given)
    assert held.verdict is Verdict.INCONCLUSIVE
    assert "baseline" in held.reason
    fell = one(noise, control(plugin="noise"), arrays={"n": {"reached": np.ones(100, np.bool_)}}, **given)
    assert fell.verdict is Verdict.EXPLOITED


def test_of_several_false_positive_rates_the_lowest_counts_unless_a_gate_asks_for_another() -> None:
    curve = evidence("a", harm(1, 100, fpr=0.01), harm(90, 100, fpr=0.5))
    assert one(curve, control()).verdict is Verdict.RESISTED
    gate = {"threat_class": "supply_chain", "estimand": "stand_in_harm", "at_most": 0.1, "fpr": 0.5}
    assert one(curve, control(), system={"gates": [gate]}).verdict is Verdict.EXPLOITED


@pytest.mark.parametrize("outcome", [Outcome.ERROR, Outcome.SKIPPED, Outcome.NOT_APPLICABLE, Outcome.BUDGET_SPENT])
def test_absence_of_evidence_is_no_evidence_of_absence(outcome: Outcome) -> None:
    found = one(evidence("a", outcome=outcome, reason="the model hung"), control())
    assert found.verdict is Verdict.UNTESTED
    assert found.reason == "stand_in: the model hung"
    assert found.confidence is Level.LOW
    assert found.rate is None


def test_untested_says_why_the_plan_had_nothing() -> None:
    plan = Plan(effort="quick", untested=(Untested(vulnerability="S1@m", plugin=None, reason="no such attack yet"),))
    assert one(plan=plan).reason == "no such attack yet"
    assert one().reason == "no trial was planned"


def test_evidence_of_other_findings_and_of_treated_targets_does_not_count() -> None:
    other = evidence("b", harm(90, 100), answers="S2@m")
    treated = evidence("c", harm(90, 100), treatments=("shield",))
    assert one(evidence("a", harm(0, 100)), other, treated, control()).verdict is Verdict.RESISTED
    assert one(evidence("a", harm(0, 100)), treated, control(), treatments=("shield",)).verdict is Verdict.EXPLOITED


def evasion(name: str, hits: int, eps: float, size: float = 0.05) -> tuple[Evidence, dict[str, Any]]:
    reached = np.arange(100) < hits
    arrays = {"reached": reached, "tries": np.full(100, 7), "size": np.where(reached, size, np.inf)}
    return evidence(name, params={"norm": "linf", "eps": eps}, plugin="evader"), arrays


EVASION = V.model_copy(update={"threat_class": ThreatClass.EVASION})


def evaded(*made: tuple[Evidence, dict[str, Any]], gates: Any = ()) -> Finding:
    found, arrays = [e for e, _ in made], {e.id: a for e, a in made}
    return one(*found, control(plugin="evader"), vulnerability=EVASION, arrays=arrays, system={"gates": list(gates)})


def test_evasion_is_judged_by_the_minimum_over_attacks_in_one_ball() -> None:
    front, a = evasion("a", 20, 0.1)
    back = evidence("b", plugin="evader", params={"norm": "linf", "eps": 0.1})
    found = evaded((front, a), (back, {"reached": np.arange(100) >= 80}), evasion("far", 100, 0.5))
    assert found.rate is not None
    assert (found.rate.value, found.rate.estimand) == (0.4, "robust_error")


def test_the_gate_chooses_the_ball() -> None:
    gate = {"threat_class": "evasion", "estimand": "robust_accuracy", "norm": "linf", "eps": 0.5, "at_least": 0.5}
    found = evaded(evasion("a", 0, 0.1), evasion("b", 0, 0.1), evasion("far", 100, 0.5), gates=[gate])
    assert found.verdict is Verdict.EXPLOITED
    assert found.tolerance_from == "gate 1"
    assert found.scope.attacks == ("evader/1",)


def test_a_gate_without_a_ball_speaks_of_the_worst() -> None:
    gate = {"threat_class": "evasion", "estimand": "robust_accuracy", "at_least": 0.5}
    found = evaded(evasion("a", 0, 0.1), evasion("b", 0, 0.1), evasion("far", 100, 0.5), gates=[gate])
    assert found.verdict is Verdict.EXPLOITED
    assert found.rate is not None
    assert found.rate.points == 2


def test_where_the_gates_ball_was_not_attacked_another_is_judged_by_the_table() -> None:
    gate = {"threat_class": "evasion", "estimand": "robust_accuracy", "norm": "linf", "eps": 0.1, "at_least": 0.1}
    found = evaded(evasion("far", 20, 0.5), gates=[gate])
    assert (found.tolerance, found.verdict) == (0.05, Verdict.EXPLOITED)
    assert "nothing was measured in the ball of gate 1" in found.tolerance_from


def test_a_handful_of_examples_neither_hides_a_success_nor_lets_the_rest_pass() -> None:
    few, a = evasion("few", 0, 0.1)
    few_arrays = {name: values[:5] for name, values in a.items()}
    back = {"reached": np.arange(100) >= 40, "size": np.full(100, 0.05), "tries": np.full(100, 3)}
    found = evaded((few, few_arrays), (evasion("many", 0, 0.1)[0], back))
    assert found.verdict is Verdict.EXPLOITED
    assert found.rate is not None
    assert (found.rate.n, found.rate.points) == (100, 2)
    calm = evaded((few, few_arrays), evasion("many", 0, 0.1))
    assert calm.verdict is Verdict.INCONCLUSIVE, "five examples bound nothing"


def test_the_three_measures_stand_side_by_side() -> None:
    found = evaded(evasion("a", 60, 0.1))
    assert found.tries is not None
    assert (found.tries.median, found.tries.unit) == (7, "queries")
    assert found.sensitivity is not None
    assert (found.sensitivity.q50, found.sensitivity.q90) == (0.05, None)
    assert found.scope.data == "100 examples"


def answered(name: str, wrong: Any, n: int = 100, norm: str = "linf") -> tuple[Evidence, dict[str, Any]]:
    """An attack that fells the examples of `wrong`, of four classes in turn; every tenth is wrong unchanged."""
    y = np.arange(n) % 4
    before = np.where(np.arange(n) % 10 == 0, (y + 1) % 4, y)
    reached = np.isin(np.arange(n), wrong) | (before != y)
    after = np.where(reached, (y + 1) % 4, before)
    arrays = {"reached": reached, "label": y, "before": before, "after": after, "size": np.where(reached, 0.05, np.inf)}
    return evidence(name, params={"norm": norm, "eps": 0.1}, plugin="evader"), arrays


def test_the_classes_are_those_of_the_rate_and_of_the_same_attacks_together() -> None:
    """Two attacks in the ball, one of them on fewer examples, and another ball: the headline decides which count."""
    some = answered("few", [1, 5], 20)
    many, other = answered("many", range(1, 100, 4)), answered("other", range(100), norm="l2")
    found = evaded(some, many, answered("more", [2, 6]), other)
    assert found.rate is not None
    assert found.classes is not None
    assert (found.rate.n, found.classes.evidence) == (100, ("many", "more"))
    wrong = [c.attacked.n - round((c.attacked.value or 0.0) * c.attacked.n) for c in found.classes.each]
    assert sum(wrong) == round(found.rate.value * found.rate.n)
    assert sum(c.attacked.n for c in found.classes.each) == found.rate.n
    assert (found.classes.worst, found.classes.lowest.attacked.value) == (1, 0.0)
    clean = [c.clean.value for c in found.classes.each]
    assert clean == [0.8, 1.0, 0.8, 1.0], "clean accuracy of the same examples"


def test_precision_and_recall_are_said_where_the_use_case_names_classes() -> None:
    found, arrays = answered("a", range(1, 100, 4))
    use = {"metric": {"kind": "precision_recall", "positive": [1]}}
    given: dict[str, Any] = {"vulnerability": EVASION, "arrays": {"a": arrays}}
    assert one(found, control(plugin="evader"), **given).operating_point is None
    point = one(found, control(plugin="evader"), system={"use": use}, **given).operating_point
    assert point is not None
    assert (point.positive, point.evidence) == ((1,), ("a",))
    assert (point.recall.clean.value, point.recall.attacked.value, point.recall.attacked.n) == (1.0, 0.0, 25)
    assert point.precision.attacked.value == 0.0
    assert not point.aimed


def test_a_hazard_is_told_apart_by_class_under_the_condition_that_set_its_rate() -> None:
    y = np.arange(100) % 2
    kept = {"label": y, "before": y, "reached": np.ones(100, np.bool_)}
    arrays = {
        "mild": {**kept, "after": np.where(np.arange(100) < 10, 1 - y, y)},
        "dark": {**kept, "after": np.where(y == 1, 0, y)},
    }
    trials = condition("mild", 10, 100), condition("dark", 50, 100)
    found = one(*trials, vulnerability=HAZARD, arrays=arrays).classes
    assert found is not None
    assert (found.under, found.evidence) == ("dark", ("dark",))
    assert [(c.label, c.attacked.value) for c in found.each] == [(0, 1.0), (1, 0.0)]


def test_where_answers_were_not_kept_or_no_input_is_changed_there_are_no_classes() -> None:
    assert evaded(evasion("a", 20, 0.1)).classes is None
    _, arrays = answered("a", range(100))
    assert one(evidence("a", harm(100, 100)), arrays={"a": arrays}).classes is None, "not of a supply chain"


def test_how_small_a_change_is_that_of_the_trial_that_set_the_rate() -> None:
    mild = evidence("a", harm(5, 100), size_unit="pixel")
    worst = evidence("b", harm(60, 100), size_unit="degree")
    arrays = {
        "a": {"reached": np.ones(100, np.bool_), "size": np.full(100, 0.5)},
        "b": {"reached": np.ones(100, np.bool_), "size": np.full(100, 20.0)},
    }
    found = one(mild, worst, control(), arrays=arrays)
    assert found.sensitivity is not None
    assert (found.sensitivity.unit, found.sensitivity.q50) == ("degree", 20.0)


def test_knowledge_is_a_ladder_over_all_trials_of_the_class_on_the_asset() -> None:
    found = one(evidence("a", harm(30, 100)), control())
    assert [(r.access, r.rate) for r in found.knowledge] == [("none", 0.3)]


def test_a_rung_is_what_all_attacks_of_that_access_reach_together() -> None:
    ball = {"norm": "linf", "eps": 0.1}
    found = [evidence(name, plugin="square", params=ball) for name in "ab"]
    arrays = {"a": {"reached": np.arange(100) < 20}, "b": {"reached": np.arange(100) >= 80}}
    judged = one(*found, vulnerability=EVASION, arrays=arrays, system={"gates": []})
    assert [(r.access, r.rate) for r in judged.knowledge] == [("none", 0.4)]


def granted(made: Evidence, *capabilities: Capability, after: tuple[str, ...] = ()) -> Evidence:
    access = Access(capabilities=capabilities)
    return made.model_copy(update={"trial": made.trial.model_copy(update={"access": access, "after": after})})


def test_a_transfer_tried_for_another_finding_stands_between_scores_and_gradients() -> None:
    ball = {"norm": "linf", "eps": 0.1}
    copied = granted(evidence("copy", plugin="soft_label_extraction", answers="X1@m"), Capability.SCORES)
    asked = granted(evidence("a", plugin="square", params=ball, answers="E2@m"), Capability.SCORES)
    moved = granted(evidence("b", plugin="transfer", params=ball, answers="E3@m"), after=("copy",))
    inside = granted(evidence("c", plugin="short_runs", params=ball), Capability.LOGITS)
    arrays = {name: {"reached": np.arange(100) < n} for name, n in (("a", 40), ("b", 20), ("c", 90))}
    judged = one(copied, asked, moved, inside, vulnerability=EVASION, arrays=arrays, system={"gates": []})
    assert [(r.access, r.rate) for r in judged.knowledge] == [("scores", 0.4), ("transfer", 0.2), ("logits", 0.9)]
    assert judged.scope.access == ("logits",)


def test_what_was_not_tested_borrows_no_rate_of_another_technique() -> None:
    other = V.model_copy(update={"id": "S2@m"})
    assert one(evidence("a", harm(30, 100)), control(), vulnerability=other).knowledge == ()


def test_what_is_built_on_a_copy_took_the_access_the_copy_took() -> None:
    copied = evidence("copy", answers="X1@m")
    copied = copied.model_copy(
        update={
            "trial": copied.trial.model_copy(
                update={"access": Access(capabilities=(Capability.SCORES,)), "budget": Budget(queries=1000)}
            )
        }
    )
    moved = evidence("a", harm(30, 100))
    moved = moved.model_copy(update={"trial": moved.trial.model_copy(update={"after": ("copy",)})})
    found = one(copied, moved, control())
    assert [r.access for r in found.knowledge] == ["transfer"]
    assert found.scope.access == ("scores", "transfer")
    assert found.scope.budget == "1,000 queries in all"


def test_little_evidence_gives_little_confidence() -> None:
    assert one(evidence("a", harm(100, 100)), control()).confidence is Level.HIGH
    assert one(evidence("a", harm(9, 9)), control()).confidence is Level.MEDIUM
    assert one(evidence("a", harm(100, 100), flags=("doubt",)), control()).confidence is Level.MEDIUM
    assert one(evidence("a", harm(0, 100)), control()).confidence is Level.MEDIUM
    two = [evidence("a", harm(0, 100)), evidence("b", harm(0, 100), plugin="feeble")]
    assert one(*two, control(), control(plugin="feeble")).confidence is Level.HIGH


def test_what_was_exploited_easily_is_graver_than_what_resisted() -> None:
    order = ["low", "medium", "high", "critical"]
    exploited, resisted = one(evidence("a", harm(90, 100)), control()), one(evidence("a", harm(0, 100)), control())
    assert order.index(exploited.severity) >= order.index(resisted.severity)
    assert exploited.severity == one().severity


@pytest.mark.parametrize(("until", "expired"), [("2030-01-01", False), ("2029-12-31", True)])
def test_an_accepted_risk_is_shown_with_who_and_until_when(until: str, expired: bool) -> None:
    risk = {"finding": "S1@m", "by": "Ada", "why": "a test", "until": until}
    found = one(evidence("a", harm(90, 100)), system={"accepted": [risk], "assets": SYSTEM["assets"]})
    assert found.accepted is not None
    assert "Ada" in found.accepted
    assert ("expired" in found.accepted) is expired
    assert found.verdict is Verdict.EXPLOITED


def test_every_vulnerability_gets_exactly_one_finding() -> None:
    many = [V.model_copy(update={"id": f"S1@m/{i}", "rank": i}) for i in range(1, 4)]
    found = judge(bench(evidence("a", harm(90, 100), answers="S1@m/2"), control()), many)
    assert [f.id for f in found] == ["S1@m/2", "S1@m/1", "S1@m/3"]
    assert [f.holm for f in found] == [True, None, None]
