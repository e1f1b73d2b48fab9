import numpy as np
import pytest

from bartizan.attacks.privacy.inversion.controls import one_record_a_class, persons
from bartizan.attacks.privacy.model_inversion import ModelInversion
from bartizan.attacks.privacy.referee import PrivacyReferee
from bartizan.core.artifact import Artifact
from bartizan.testing import check_attack

pytest.importorskip("torch")


def measured(records, classes):
    artifact = Artifact("reconstructed_records", {"records": records, "classes": classes})
    return PrivacyReferee().measure(one_record_a_class(), persons(), artifact, params=None, seed=0)


def test_contract():
    check_attack(ModelInversion)


def test_the_records_themselves_are_shown_and_a_record_of_nobody_is_not():
    roles = persons()
    members = roles.probe.take(roles.secrets["member"])
    exact = measured(members.x, members.y)
    assert exact.measurements[0].value == 1
    assert exact.arrays["reached"].all()
    strange = np.random.default_rng(1).random((60, 100)).astype(np.float32)
    assert measured(strange, members.y).measurements[0].low == 0


def test_what_is_no_picture():
    with pytest.raises(ValueError, match="were to be drawn"):
        measured(np.zeros((3, 5), np.float32), np.arange(3))
    with pytest.raises(ValueError, match="were to be drawn"):
        measured(np.full((3, 100), np.nan, np.float32), np.arange(3))
