import numpy as np
import pytest

from bartizan.attacks.poisoning.controls import D, K, deaf, trusting, two_classes
from bartizan.attacks.poisoning.label_flip import LabelFlip, LabelFlipParams
from bartizan.attacks.poisoning.referee import PoisoningReferee
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact, Measured
from bartizan.core.target import Target
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget


def measured(target: Target, params: LabelFlipParams, records: int | None = None) -> Measured:
    roles = two_classes()
    view = grant(target, Access(capabilities=(Capability.DATA_WRITE,)), Budget(records=records), roles)
    artifact = LabelFlip().run(view, params=params, seed=0)
    return PoisoningReferee().measure(target, roles, artifact, params=params, seed=1)


@pytest.mark.parametrize("kind", ["positive", "negative"])
def test_controls(kind: str) -> None:
    control = next(c for c in LabelFlip.controls() if c.kind == kind)
    first = measured(control.target(), LabelFlipParams(**control.params), control.budget.records).measurements[0]
    assert first.estimand == "goal_reached"
    assert first.value == control.threshold


def test_the_dose_response_is_there_and_the_smallest_sufficient_dose_is_named() -> None:
    result = measured(trusting(), LabelFlipParams(doses=(0.02, 0.6, 0.8), seeds=1))
    assert [m.at["records"] for m in result.measurements if m.estimand == "accuracy_drop"] == [320, 240, 8]
    assert result.arrays["tries"].tolist() == [240]
    assert result.tries_unit == "labels"
    assert result.arrays["size"] == pytest.approx([0.6])
    assert result.arrays["dose_accuracy"].shape == (3, 1)


def test_trainings_that_ignore_their_seed_count_as_one() -> None:
    result = measured(trusting(), LabelFlipParams(doses=(0.6,), seeds=3))
    assert result.measurements[0].n == 1
    assert [f.id for f in result.flags] == ["retraining_ignores_seed"]


def test_a_training_that_ignores_its_data_is_named() -> None:
    told = {f.id: f.detail for f in measured(deaf(), LabelFlipParams(seeds=1)).flags}
    assert "poisoned labels changed no answer" in told["retraining_ignores_data"]


def test_a_poor_clean_twin_is_named() -> None:
    class Spoilt(LinearTarget):
        def retrain(self, x: np.ndarray, y: np.ndarray, *, seed: int) -> LinearTarget:
            return LinearTarget(np.random.default_rng(seed).standard_normal((D, K)).astype(np.float32))

    model = trusting()
    assert isinstance(model, LinearTarget)
    flags = measured(Spoilt(model.W, model.b), LabelFlipParams(seeds=2)).flags
    assert "clean_twin_poor" in [f.id for f in flags]


def test_no_record_no_harm() -> None:
    result = measured(trusting(), LabelFlipParams(seeds=1), records=0)
    goal, drop = result.measurements
    assert (goal.value, goal.at) == (0, {"records": 0})
    assert drop.value == 0


def test_a_set_beyond_the_writable_records_is_an_error() -> None:
    artifact = Artifact("poisoned_set", {"index": np.array([400]), "y": np.array([1]), "doses": np.array([1])})
    with pytest.raises(ValueError, match="outside the 400 writable"):
        PoisoningReferee().measure(trusting(), two_classes(), artifact, params=LabelFlipParams(), seed=0)
