from typing import Any

import numpy as np
import pytest

from bartizan.attacks.backdoor.badnets import BadNets
from bartizan.attacks.backdoor.blended import Blended
from bartizan.attacks.backdoor.controls import bars
from bartizan.attacks.dose_response import DoseResponse, dose_response
from bartizan.attacks.poisoning.feedback_skew import FeedbackSkew
from bartizan.attacks.poisoning.label_flip import LabelFlip
from bartizan.attacks.poisoning.targeted_flip import TargetedFlip
from bartizan.attacks.suspected import suspected
from bartizan.core.artifact import Artifact, Measurement
from bartizan.core.contracts import Attack
from bartizan.core.data import Data, Roles
from bartizan.core.profile import Profile
from bartizan.numerics.linear import LinearTarget, ridge_classifier

pytest.importorskip("torch")
TRAIN = (bars().writable.x, bars().writable.y)
TEST = (bars().probe.x, bars().probe.y)


def ridge(x: np.ndarray, y: np.ndarray, *, seed: int) -> Any:
    W, b = ridge_classifier(x, y, 3, 1e-3)
    return lambda x: np.eye(3)[(x.reshape(len(x), -1) @ W + b).argmax(axis=1)]


def flagged(found: DoseResponse) -> dict[str, Measurement]:
    return {m.estimand: m for m in found.measured.measurements if m.estimand.endswith("_flagged")}


def test_flipped_labels_are_seen_and_the_others_are_not() -> None:
    found = flagged(dose_response("label_flip", ridge, TRAIN, TEST, doses=(0.01, 0.05), seeds=1, stealth=True))
    altered, others = found["poison_flagged"], found["others_flagged"]
    assert (altered.n, others.n) == (20, 380)
    assert altered.at["records"] == 20
    assert altered.value > 0.8
    assert others.value < 0.2
    assert altered.low < altered.value
    assert altered.method == "Clopper-Pearson"


def test_a_trigger_is_judged_at_the_least_dose_that_reached_its_goal() -> None:
    found = dose_response("badnets", ridge, TRAIN, TEST, doses=(0.005, 0.1, 0.2), seeds=1, side=2, stealth=True)
    assert found.least == 40
    assert flagged(found)["poison_flagged"].at["records"] == 40
    assert sum(m.n for m in flagged(found).values()) == 400


def test_nothing_is_measured_unless_asked_for() -> None:
    assert not flagged(dose_response("label_flip", ridge, TRAIN, TEST, doses=(0.05,), seeds=1))


@pytest.mark.parametrize("labels", [np.zeros(40, np.int64), np.arange(40) % 2 * (np.arange(40) < 2)])
def test_data_that_no_pass_can_be_made_over_give_nothing(labels: Any) -> None:
    clean = Data.of(np.random.default_rng(0).random((40, 2)), labels)
    artifact = Artifact("poisoned_set", {"index": np.array([5]), "y": labels[5:6], "x": clean.x[:1]})
    goal = Measurement(estimand="goal_reached", unit="s", n=1, method="m", value=1, low=0, high=1, at={"records": 1})
    asked = LabelFlip.params(stealth=True)
    roles = Roles(probe=clean, writable=clean)
    assert suspected(LinearTarget(np.eye(2)), roles, artifact, [goal], asked, 0) == []


@pytest.mark.parametrize("attack", [LabelFlip, TargetedFlip, BadNets, Blended])
def test_it_is_asked_for_from_standard_on_and_never_at_quick(attack: type[Attack]) -> None:
    profile = Profile(model="m", retrainable=True, bounds=(0, 1), classes=3)
    for effort in ("standard", "deep"):
        assert all(p.params["stealth"] for p in attack().propose(profile, effort))  # type: ignore[arg-type]
    if attack in (LabelFlip, BadNets):
        assert not any(p.params["stealth"] for p in attack().propose(profile, "quick"))
    assert not any(p.params["stealth"] for p in FeedbackSkew().propose(profile, "deep"))
