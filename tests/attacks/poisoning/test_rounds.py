import numpy as np
import pytest

from bartizan.attacks.poisoning.controls import remembering, three_groups
from bartizan.attacks.poisoning.feedback_skew import FeedbackSkew, FeedbackSkewParams
from bartizan.attacks.poisoning.referee import PoisoningReferee
from bartizan.attacks.poisoning.rounds import played_rounds
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact, Measured
from bartizan.core.data import Array, Labels
from bartizan.core.errors import ModelError
from bartizan.core.target import Target
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.numerics.kernel import KernelTarget


def artifact(params: FeedbackSkewParams) -> Artifact:
    view = grant(remembering(), Access(capabilities=(Capability.DATA_WRITE,)), Budget(), three_groups())
    return FeedbackSkew().run(view, params=params, seed=0)


def measured(params: FeedbackSkewParams, target: Target | None = None) -> Measured:
    return PoisoningReferee().measure(target or remembering(), three_groups(), artifact(params), params=params, seed=1)


class Seen(KernelTarget):
    """Writes down what it is trained on."""

    log: list[Labels]

    def retrain(self, x: Array, y: Labels, *, seed: int) -> "Seen":
        self.log.append(y.copy())
        model = Seen(x, y, 3)
        model.log = self.log
        return model


def watched(records: int, reported: float) -> list[Labels]:
    clean = three_groups().writable
    target = Seen(clean.x, clean.y, 3)
    target.log = []
    params = FeedbackSkewParams(doses=(0.2,), rounds=2, start=0.5)
    played_rounds(target, three_groups(), artifact(params), (0,), records, reported)
    return target.log


def test_each_round_trains_on_all_that_came_so_far() -> None:
    assert [len(y) for y in watched(0, 1.0)] == [200, 300, 400]


def test_where_all_users_correct_it_the_labels_are_right_but_for_the_adversarys() -> None:
    clean = three_groups().writable
    assert np.array_equal(watched(0, 1.0)[-1], clean.y)
    wrong = np.flatnonzero(watched(40, 1.0)[-1] != clean.y)
    assert 0 < len(wrong) <= 40
    assert wrong.min() >= 200


def test_what_nobody_corrects_is_what_the_model_said() -> None:
    last = watched(0, 0.0)[-1]
    clean = three_groups().writable
    assert np.array_equal(last[:200], clean.y[:200])
    before = KernelTarget(clean.x[:200], clean.y[:200], 3)
    assert np.array_equal(last[200:300], before.labels(clean.x[200:300]))


def test_lies_skew_it_round_by_round_beyond_its_twin() -> None:
    found = measured(FeedbackSkewParams(doses=(0.05, 0.4), seeds=1, rounds=2, start=0.4))
    success = [m.value for m in found.measurements if m.estimand == "targeted_success"]
    assert success[0] > 0.5 > success[1]
    assert found.arrays["round_success"].shape == (2, 3, 1)
    assert found.arrays["round_success"][1, 0, 0] < found.arrays["round_success"][1, 2, 0]
    assert found.arrays["twin_round_accuracy"].shape == (3, 1)
    assert "feedback_drift" in {m.estimand for m in found.measurements}


class Breaks(KernelTarget):
    """Cannot be trained on more than 200 records."""

    def retrain(self, x: Array, y: Labels, *, seed: int) -> KernelTarget:
        if len(y) > 200:
            raise ModelError("too much")
        return super().retrain(x, y, seed=seed)


def test_a_training_that_breaks_without_poison_is_an_error() -> None:
    clean = three_groups().writable
    with pytest.raises(ModelError, match="too much"):
        measured(FeedbackSkewParams(doses=(0.1,), seeds=1, rounds=1, start=0.5), Breaks(clean.x, clean.y, 3))
