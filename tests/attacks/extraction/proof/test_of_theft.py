import numpy as np
import pytest

from bartizan.attacks.extraction.controls import D, K, cube, linear_target
from bartizan.attacks.extraction.independent import independent
from bartizan.attacks.extraction.proof.of_theft import proof
from bartizan.attacks.extraction.soft_label import SoftLabelParams
from bartizan.core.data import Data, Roles
from bartizan.core.target import Defended
from bartizan.numerics.students import build_student, distil

AWAY = np.array([0.2, -0.2, 0.2, 0, 0, 0], np.float32)
PARAMS = SoftLabelParams(points=(300,), steps=150, width=8, controls=24)


def roles():
    """A task whose truth is near to what the linear target says, learnt by others from 300 records of their own."""
    dealt, target = cube(), linear_target()
    own = dealt.auxiliary
    return Roles(probe=dealt.probe, auxiliary=Data.of(own.x, target.labels(own.x + AWAY)))


def stolen():
    x = np.random.default_rng(9).random((300, D), np.float32)
    student = build_student((D,), K, width=8, seed=7)
    distil(student, x, linear_target().scores(x), steps=150, seed=7)
    return student


def named(found):
    return {(m.estimand, m.at.get("of", "")): m for m in found}


def test_a_copy_is_told_from_models_made_without_asking():
    found = named(proof(linear_target(), roles(), stolen(), PARAMS, 0))
    p = found["ownership_p", ""]
    assert (p.at["copied"], p.n) == (1, 19)
    assert p.value <= 0.05
    assert found["likeness", "copy"].value > found["likeness", "nearest independent model"].value


def test_a_model_made_without_asking_is_not():
    innocent = independent(linear_target().info, roles().auxiliary, PARAMS, 999)
    assert named(proof(linear_target(), roles(), innocent, PARAMS, 0))["ownership_p", ""].at["copied"] == 0


def test_nothing_is_proven_without_controls_or_of_a_defended_target():
    quick = PARAMS.model_copy(update={"controls": 0})
    assert proof(linear_target(), roles(), None, quick, 0) == ()
    assert proof(Defended(linear_target(), "d", "d"), roles(), None, PARAMS, 0) == ()


def test_too_few_controls_are_a_sentence():
    with pytest.raises(ValueError, match="at least 19"):
        SoftLabelParams(controls=10)
