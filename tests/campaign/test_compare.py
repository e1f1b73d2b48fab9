"""A treatment keeps what lies behind each rate after it, as the finding keeps what lies behind the rate before."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from bartizan.campaign.bench import Bench
from bartizan.campaign.judge import judge
from bartizan.campaign.retest import compare
from bartizan.core.access import Access
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.core.plan import Plan
from bartizan.core.system import System
from bartizan.core.threat import Vulnerability
from bartizan.core.treatment import Retest, Treatment
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Capability, Level, Objective, Outcome, ThreatClass
from bartizan.knowledge.load import load

N, ON = 200, "shield@m"
Y = np.arange(N) % 2
SYSTEM = {
    "name": "n", "purpose": "p", "stage": "deployment", "assets": {"models": [{"id": "m"}]},
    "use": {"metric": {"kind": "precision_recall", "positive": [1]}},
}  # fmt: skip
V = Vulnerability(
    id="E1@m", technique="E1", title="t", threat_class=ThreatClass.EVASION, asset="m", sources=(),
    source_kind="adversary", exposures=(), exposure=Level.HIGH, maturity="", objective=Objective.INTEGRITY,
    likelihood=Level.HIGH, impact=Level.HIGH, rank=1,
)  # fmt: skip
PLUGIN = {Capability.LABELS: "rays", Capability.SCORES: "square", Capability.LOGITS: "short_runs"}


def attacked(capability: Capability, wrong: Any, *treatments: str) -> tuple[Evidence, dict[str, Any]]:
    name = "|".join((str(capability), *treatments))
    trial = Trial(
        name=name, kind="attack", plugin=PLUGIN[capability], version=1, answers=("E1@m",), examples=N,
        subject=Subject(kind="target", id="m", treatments=treatments), access=Access(capabilities=(capability,)),
        params={"norm": "linf", "eps": 0.1},
    )  # fmt: skip
    fell = np.isin(np.arange(N), wrong)
    arrays = {"reached": fell, "label": Y, "before": Y, "after": np.where(fell, 1 - Y, Y)}
    made = Evidence(
        id=name, artifact=name, trial=trial, outcome=Outcome.MEASURED, tries_unit="queries", size_unit="linf"
    )
    return made, arrays | {"tries": np.full(N, 7), "size": np.where(fell, 0.05, np.inf)}


@pytest.fixture(scope="module")
def treated() -> tuple[Finding, Retest]:
    """Scores lose what they could do; who follows the gradients keeps half of it, all of class 1."""
    shield = Trial(name=ON, kind="defense", plugin="p", version=1, subject=Subject(kind="target", id="m"))
    made = [
        attacked(Capability.SCORES, range(100)),
        attacked(Capability.LOGITS, range(160)),
        attacked(Capability.SCORES, range(2), ON),
        attacked(Capability.LOGITS, range(1, 160, 2), ON),
        (Evidence(id=ON, artifact=ON, trial=shield, outcome=Outcome.MEASURED), {}),
    ]
    arrays = {e.id: a for e, a in made}
    bench = Bench(
        System.model_validate(SYSTEM), load(), Plan(effort="quick"), {e.trial.name: e for e, _ in made},
        ArrayReader(arrays.__getitem__), date(2030, 1, 1),
    )  # fmt: skip
    chosen = Treatment(id=ON, defence="D", plugin="p", title="Shield", status="recommended")
    before = judge(bench, [V])
    (retest,) = compare(bench, [V], before, chosen, shield).retests
    return before[0], retest


def test_the_ladder_after_ends_in_the_rung_that_knows_the_defence(treated: tuple[Finding, Retest]) -> None:
    before, retest = treated
    assert [(r.access, r.rate) for r in before.knowledge] == [("scores", 0.5), ("logits", 0.8)]
    assert [(r.access, r.rate) for r in retest.measured.knowledge] == [("scores", 0.01), ("adaptive", 0.4)]
    assert retest.after is not None
    assert 0.3 < retest.measured.knowledge[-1].low < 0.4 < retest.measured.knowledge[-1].high < 0.5


def test_classes_after_are_counted_on_the_treated_target(treated: tuple[Finding, Retest]) -> None:
    before, retest = treated
    assert before.classes is not None
    after = retest.measured.classes
    assert after is not None
    assert [(c.label, c.attacked.value) for c in before.classes.each] == [(0, 0.2), (1, 0.2)]
    assert [(c.label, c.attacked.value) for c in after.each] == [(0, 0.99), (1, 0.2)]
    assert (after.worst, after.evidence) == (1, (f"scores|{ON}", f"logits|{ON}"))


def test_the_operating_point_after_too(treated: tuple[Finding, Retest]) -> None:
    point = treated[1].measured.operating_point
    assert point is not None
    assert (point.recall.attacked.value, point.recall.attacked.n) == (0.2, 100)


def test_tries_and_sizes_after_stand_beside_them(treated: tuple[Finding, Retest]) -> None:
    measured = treated[1].measured
    assert measured.tries is not None
    assert measured.sensitivity is not None
    assert (measured.tries.n, measured.sensitivity.q10) == (N, 0.05)
