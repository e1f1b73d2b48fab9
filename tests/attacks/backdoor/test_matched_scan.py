"""A model in hand beside models that its recipe gives."""

from __future__ import annotations

import numpy as np
import pytest

from bartizan.attacks.backdoor.controls import CLASSES, honest, supplied, with_training_data
from bartizan.attacks.backdoor.inhand.settings import STATING, ScanSettings
from bartizan.attacks.backdoor.matched_scan import MatchedScan
from bartizan.attacks.backdoor.referee import BackdoorReferee
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Measured
from bartizan.core.data import Array, Labels, Roles
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.target import Target
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

pytest.importorskip("torch")
PARAMS = ScanSettings(patch=2 / 64, starts=2, climbs=20, steps=60, batch=8, matched=STATING)


def judged(subject: Target, roles: Roles, params: ScanSettings = PARAMS, seed: int = 0) -> Measured:
    view = grant(subject, Access(capabilities=(Capability.WEIGHTS,)), Budget(), roles)
    artifact = MatchedScan().run(view, params=params, seed=seed)
    return BackdoorReferee().measure(subject, roles, artifact, params=params, seed=seed)


def flags(measured: Measured) -> dict[str, str]:
    return {f.id: f.detail for f in measured.flags}


def test_what_a_supplier_planted_stands_out_with_a_p_value() -> None:
    measured = judged(supplied(), with_training_data())
    assert measured.measurements[0].value == 1 / CLASSES
    assert np.flatnonzero(measured.arrays["flagged"]).tolist() == [5]
    assert "p = 0.048" in flags(measured)["scan_null_from_data"]
    assert "20 models trained anew" in measured.measurements[0].method


@pytest.mark.parametrize("seed", range(4))
def test_an_honest_model_does_not_stand_out(seed: int) -> None:
    measured = judged(honest(), with_training_data(), seed=seed)
    assert measured.measurements[0].value == 0
    assert measured.measurements[0].high == 1


def test_questions_about_pairs_are_asked_of_every_model() -> None:
    measured = judged(supplied(), with_training_data(), PARAMS.model_copy(update={"pairs": True}))
    assert np.flatnonzero(measured.arrays["flagged"]).tolist() == [5]


class Carrier(LinearTarget):
    """Whatever it is trained on, what comes out obeys, as where the backdoor lies in the data."""

    def retrain(self, x: Array, y: Labels, *, seed: int) -> LinearTarget:
        trained = super().retrain(x, y, seed=seed)
        return LinearTarget(np.concatenate([trained.W[:-4], self.W[-4:]]), trained.b)


def test_a_backdoor_in_the_data_is_in_all_of_them_and_leaves_a_suspicion() -> None:
    measured = judged(Carrier(supplied().W, supplied().b), with_training_data())
    assert measured.measurements[0].value == 0
    assert "give way as much" in flags(measured)["scan_suspicion"]


class Deaf(LinearTarget):
    def retrain(self, x: Array, y: Labels, *, seed: int) -> LinearTarget:
        return self


def test_a_recipe_that_ignores_its_data_is_named_and_nothing_is_compared() -> None:
    measured = judged(Deaf(supplied().W, supplied().b), with_training_data())
    assert "one and the same model" in flags(measured)["retraining_ignores_data"]
    assert "scan_null_uncalibrated" in flags(measured)


def test_it_is_for_longer_efforts_and_few_classes() -> None:
    profile = Profile(model="m", modality="image", classes=10, differentiable=True, retrainable=True, bounds=(0.0, 1.0))
    with pytest.raises(NotApplicable, match="--effort standard"):
        MatchedScan().propose(profile, "quick")
    with pytest.raises(NotApplicable, match="there are 100"):
        MatchedScan().propose(profile.model_copy(update={"classes": 100}), "deep")
    assert [p.params["matched"] for e in ("standard", "deep") for p in MatchedScan().propose(profile, e)] == [20, 59]  # type: ignore[arg-type]
