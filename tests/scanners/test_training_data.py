"""The scan of training data and its referee, on clouds with and without wrong labels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Control
from bartizan.core.data import Data, Roles
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.view import grant
from bartizan.scanners.referee import ScannerReferee
from bartizan.scanners.training_controls import altered
from bartizan.scanners.training_data import TrainingDataScan


def _scanned(control: Control) -> tuple[Artifact, Roles]:
    roles = control.roles()
    view = grant(control.target(), control.access, control.budget, roles)
    params = TrainingDataScan.params.model_validate(control.params)
    return replace(TrainingDataScan().run(view, params=params, seed=0), watched=view.watched()), roles


def _measured(artifact: Artifact, roles: Roles) -> Any:
    return ScannerReferee().measure(None, roles, artifact, params=TrainingDataScan.params(), seed=0)


@pytest.mark.parametrize("control", TrainingDataScan.controls(), ids=lambda c: c.kind)
def test_controls_hold_through_the_referee(control: Control) -> None:
    artifact, roles = _scanned(control)
    measured = _measured(artifact, roles)
    (harm,) = [m for m in measured.measurements if m.estimand == control.harm]
    (planted,) = [m for m in measured.measurements if m.estimand == "planted_found"]
    assert (harm.value >= control.threshold) is (control.kind == "positive")
    assert planted.value > 0.5
    assert harm.low <= harm.value <= harm.high
    assert not measured.flags


def test_a_scanner_that_flags_others_is_found_out() -> None:
    artifact, roles = _scanned(altered())
    lying = replace(artifact, arrays={**artifact.arrays, "flagged": np.roll(artifact.arrays["flagged"], 200, axis=1)})
    assert {f.id for f in _measured(lying, roles).flags} == {"verdict_disputed"}
    assert {f.id for f in _measured(replace(artifact, arrays={}), roles).flags} == {"verdict_missing"}


def test_test_data_that_are_training_data_calibrate_nothing() -> None:
    artifact, roles = _scanned(altered())
    nobody = Data.of(np.zeros((0, 6), np.float32), np.zeros(0, np.int64))
    with pytest.raises(NotApplicable, match="apart from the training data"):
        _measured(artifact, replace(roles, probe=roles.writable, auxiliary=nobody))


def test_it_is_for_longer_assessments() -> None:
    with pytest.raises(NotApplicable, match="standard"):
        TrainingDataScan().propose(Profile(model="m"), "quick")
    assert TrainingDataScan().propose(Profile(model="m"), "standard")
