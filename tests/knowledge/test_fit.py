from __future__ import annotations

import pytest

from bartizan.core.profile import Profile
from bartizan.core.system import System
from bartizan.knowledge.fit import burdens, clashes, obstacles, present
from bartizan.knowledge.load import load

BASE = load()
SYSTEM = System.model_validate(
    {
        "name": "s", "purpose": "p", "stage": "testing", "assets": {"models": [{"id": "m", "federation": "none"}]},
        "interfaces": [{"id": "api", "serves": "m", "explanations": "per_query"}],
    }
)  # fmt: skip
NETWORK = Profile(model="m", differentiable=True, retrainable=True)


@pytest.mark.parametrize(
    ("defence", "change", "reason"),
    [
        ("DF01", {}, None),
        ("DF01", {"differentiable": False}, "gradients"),
        ("DF01", {"retrainable": False}, "no retrain function"),
        ("DF09", {"differentiable": False}, "neural network"),
        ("DF05", {"modality": "tabular"}, "not defined for tabular data"),
        ("DF06", {"modality": "tabular"}, "not defined for tabular data"),
        ("DF26", {}, "not defined for image data"),
        ("DF35", {}, "federated"),
        ("DF23", {"differentiable": False, "retrainable": False}, None),
    ],
)
def test_obstacles(defence, change, reason) -> None:
    found = obstacles(BASE.defences[defence], NETWORK.model_copy(update=change), SYSTEM)
    assert bool(found) is (reason is not None)
    assert reason is None or any(reason in text for text in found)


def test_burdens_only_where_the_use_case_sets_a_limit() -> None:
    smoothing = BASE.defences["DF07"]
    assert burdens(smoothing, NETWORK) == ()
    assert "20 ms" in burdens(smoothing, NETWORK.model_copy(update={"latency_ms": 20.0}))[0]
    floor = NETWORK.model_copy(update={"precision_floor": 0.9})
    assert "precision 0.9" in burdens(BASE.defences["DF01"], floor)[0]


def test_present_leaves_out_choices_answered_none_or_not_at_all() -> None:
    there = present(SYSTEM, ("E1",), ("DF47",))
    assert {"E1", "DF47", "DC14"} <= there
    assert not {"DC09", "DC13"} & there


@pytest.mark.parametrize(
    ("defence", "there", "rules"),
    [
        ("DF01", {"B1"}, {"C01"}),
        ("DF01", {"D1", "B1"}, {"C01", "C02"}),
        ("DF42", {"DF01"}, {"C04"}),
        ("DF01", {"DF42"}, {"C04"}),  # from either side
        ("DF13", {"DF13"}, set()),  # nothing clashes with itself
        ("DF13", {"DF17"}, {"C17"}),
        ("DF23", set(), {"C14"}),  # for the reader to judge
        ("DF05", {"B1", "D1"}, set()),
    ],
)
def test_clashes(defence, there, rules) -> None:
    assert {clash.rule for clash in clashes(defence, BASE, there)} == rules
