from __future__ import annotations

from typing import Any, ClassVar

import pytest
from pydantic import BaseModel

from bartizan.analysis.analyse import analyse
from bartizan.campaign.profile import profile
from bartizan.core import plugins
from bartizan.core.contracts import Defense, DefenseSpec
from bartizan.core.finding import Finding
from bartizan.core.profile import NotApplicable
from bartizan.core.system import System
from bartizan.core.treatment import Treatment
from bartizan.core.vocabulary import EffectKind, ThreatClass
from bartizan.hardening.choose import BEST, choose
from bartizan.knowledge.fit import never
from bartizan.knowledge.load import load

BASE = load()
TORCH = {"kind": "torch", "factory": "net:build", "bounds": [0, 1]}


class Anything(BaseModel, extra="allow"):
    pass


class Rounds(Defense):
    params = Anything
    spec: ClassVar[DefenseSpec] = DefenseSpec(
        id="rounds", title="Rounds", summary="", defence="DF24", counters=("X1", "D1")
    )

    def wrap(self, target: Any, arrays: Any, *, params: Any, seed: int, digest: str) -> Any:
        raise AssertionError("choosing applies nothing")

    def propose(self, profile: Any, effort: Any) -> dict[str, Any]:
        return {"decimals": 1, "effort": effort, "left_open": None}

    def assumes(self, params: Any) -> str:
        return f"Nobody needs more than {params.decimals} decimal."


class Trains(Rounds):
    spec = DefenseSpec(
        id="trains", title="Trains", summary="", defence="DF01", counters=("E1",), differentiable=True, retrainable=True
    )


class Refuses(Rounds):
    spec = DefenseSpec(id="refuses", title="Refuses", summary="", defence="DF32", counters=("B1",))

    def propose(self, profile: Any, effort: Any) -> dict[str, Any]:
        raise NotApplicable("there are no clean data.")


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    real, ours = plugins.plugins, {cls.spec.id: cls for cls in (Rounds, Trains, Refuses)}
    monkeypatch.setattr("bartizan.hardening.choose.plugins", lambda kind: ours if kind == "defenses" else real(kind))


def system(model: Any = None, **more: Any) -> System:
    retrain = {"function": "net:train", "data": "train"}
    assets = {
        "data": [{"id": "train", "load": {"kind": "npz", "path": "t.npz"}}],
        "models": [{"id": "m", "load": TORCH, "retrain": retrain, "federation": "none", **(model or {})}],
    }
    interface = {"id": "api", "serves": "m", "audience": "public", "returns": "scores", **more.pop("interface", {})}
    body = {"name": "s", "purpose": "p", "stage": "testing", "assets": assets, "interfaces": [interface], **more}
    return System.model_validate(body)


def finding(technique: str, verdict: str = "exploited", severity: Any = "high") -> Finding:
    where = "m/api" if technique in ("E2", "X1", "D1") else "m"
    return Finding(
        id=f"{technique}@{where}", title=technique, technique=technique, threat_class=ThreatClass.EVASION, asset="m",
        verdict=verdict, reason="", tolerance=0.1, severity=severity, confidence="high",  # type: ignore[arg-type]
    )  # fmt: skip


def chosen(*findings: Finding, of: System | None = None) -> dict[str, Treatment]:
    described = of or system()
    found = choose(described, BASE, findings, analyse(described, BASE).vulnerabilities, {"m": profile(described, "m")})
    assert len({t.id for t in found}) == len(found)
    return {t.id: t for t in found}


def test_what_resisted_needs_no_treatment() -> None:
    assert chosen(finding("E1", "resisted")) == {}


def test_ours_can_be_applied_at_once_with_what_they_propose() -> None:
    first = next(iter(chosen(finding("X1")).values()))
    assert (first.id, first.plugin, first.status, first.defence) == ("rounds@m", "rounds", "recommended", "DF24")
    assert first.params == {"decimals": 1, "effort": "quick", "left_open": None}
    assert first.for_findings == ("X1@m/api",)
    assert first.reason.endswith(". Nobody needs more than 1 decimal.")


def test_what_was_never_measured_is_not_tried_again() -> None:
    found = chosen(finding("X1", "untested"))
    assert "rounds@m" not in found
    assert found["DF24@m"].plugin is None
    assert found["DF24@m"].status == "recommended"


@pytest.mark.parametrize(
    ("model", "reason"),
    [({"retrain": None}, "no retrain function"), ({"load": {"kind": "xgboost", "path": "m.json"}}, "gradients")],
)
def test_what_does_not_fit_says_why(model, reason) -> None:
    found = chosen(finding("E1"), of=system(model))["trains@m"]
    assert (found.status, found.plugin, reason in found.reason) == ("does_not_fit", None, True)


def test_a_plugin_that_refuses_is_heard() -> None:
    found = chosen(finding("B1"))["refuses@m"]
    assert (found.status, found.reason) == ("does_not_fit", "there are no clean data.")


def test_what_is_in_place_is_not_proposed_again() -> None:
    found = chosen(finding("X1"), of=system(interface={"returns": "label"}))["rounds@m"]
    assert (found.status, found.reason) == ("in_place", "Already in place: api: returns label.")


def test_broken_defences_are_listed_as_never_to_be_used() -> None:
    found = chosen(finding("E1"))
    broken = [id for id, entry in BASE.defences.items() if never(entry) and "E1" in entry.counters]
    assert broken
    for id in broken:
        assert found[f"{id}@m"].status == "refuted"
        assert found[f"{id}@m"].reason.startswith("Never recommended: ")
    assert not [t for t in found.values() if t.status == "recommended" and EffectKind.NONE in t.effects]


def test_methods_that_only_verify_are_no_treatments() -> None:
    found = chosen(*(finding(t.id) for t in BASE.present_threats))
    assert not [t for t in found.values() if set(t.effects) == {EffectKind.VERIFIES}]


def test_at_most_three_of_the_catalogue_for_each_finding() -> None:
    found = chosen(finding("E2"), finding("E1"))
    for id in ("E2@m/api", "E1@m"):
        assert any(id in t.for_findings for t in found.values() if t.status == "recommended")
    by_hand = [t for t in found.values() if t.status == "recommended" and t.plugin is None]
    assert len(by_hand) <= 2 * BEST


def test_federated_methods_stay_out_where_one_party_trains() -> None:
    assert chosen(finding("P1"))["DF35@m"].reason.startswith("Does not fit: it is made for federated learning")


def test_conflicts_name_rule_and_counterpart() -> None:
    rules = {c.rule: c.with_ for c in chosen(finding("E1"))["trains@m"].conflicts}
    assert rules["C01"].endswith("(B1)")  # B1 is a vulnerability of this system
    assert "C02" in rules


def test_the_use_case_is_minded() -> None:
    metric = {"kind": "precision_recall", "positive": [1], "floor": {"recall": 0.9}}
    found = chosen(finding("E1"), of=system(use={"metric": metric}))
    assert "recall 0.9 at least" in found["trains@m"].reason


def test_ours_first_then_by_severity_then_what_does_not_fit() -> None:
    found = list(chosen(finding("X1", severity="low"), finding("P1", severity="critical"), finding("E1")).values())
    place = [2 if t.status != "recommended" else 0 if t.plugin else 1 for t in found]
    assert place == sorted(place)
    by_hand = [t for t in found if t.status == "recommended" and not t.plugin]
    assert "P1@m" in by_hand[0].for_findings


def test_same_findings_same_choice() -> None:
    assert chosen(finding("E1"), finding("X1")) == chosen(finding("E1"), finding("X1"))
