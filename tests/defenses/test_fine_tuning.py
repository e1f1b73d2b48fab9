import numpy as np
import pytest

from bartizan.core.profile import NotApplicable, Profile
from bartizan.defenses.fine_tuning import FineTuning, FineTuningParams
from bartizan.defenses.vetted import vetted_rows

DEFENSE, PARAMS = FineTuning(), FineTuningParams(share=0.3, epochs=60)


def mislabelled(train):
    """Seven in ten records of class 1 called 0."""
    rows = np.flatnonzero(train.y == 1)
    y = train.y.copy()
    y[rows[: int(0.7 * len(rows))]] = 0
    return y


def stamped(x):
    """A white square in the lower right corner: the trigger."""
    x = x.copy()
    x[:, :, -4:-1, -4:-1] = 1.0
    return x


def backdoored(train):
    """Fifty records, one in fifty, that carry the trigger and are called 0."""
    rows = np.random.default_rng(6).choice(np.flatnonzero(train.y != 0), 50, replace=False)
    x, y = train.x.copy(), train.y.copy()
    x[rows], y[rows] = stamped(x[rows]), 0
    return x, y


def accuracy(target, data):
    return float((target.labels(data.x) == data.y).mean())


def trigger_success(target, data):
    return float((target.labels(stamped(data.x[data.y != 0])) == 0).mean())


def test_a_backdoor_in_the_digit_reader_fades_and_its_accuracy_stays(make_target, digits):
    module, train, test = digits
    planted = make_target(module.train(*backdoored(train), seed=0), shape=(1, 28, 28), classes=10)
    assert trigger_success(planted, test) > 0.8
    tuned = DEFENSE.apply(planted, train, params=FineTuningParams(), seed=0)
    assert trigger_success(tuned, test) < trigger_success(planted, test) - 0.3
    assert accuracy(tuned, test) > accuracy(planted, test) - 0.04


def test_a_target_trained_again_on_poison_is_tuned_on_the_vetted_records_and_not_on_the_poison(target, train, test):
    tuned = DEFENSE.apply(target, train, params=PARAMS, seed=0)
    poisoned = mislabelled(train)
    plain = target.retrain(train.x, poisoned, seed=0)
    again = tuned.retrain(train.x, poisoned, seed=0)
    assert accuracy(again, test) > accuracy(plain, test) + 0.02
    assert accuracy(again, test) > 0.93


def test_without_poison_little_changes(target, train, test):
    tuned = DEFENSE.apply(target, train, params=PARAMS, seed=0)
    assert accuracy(tuned, test) >= accuracy(target, test) - 0.03


def test_the_vetted_share_is_drawn_class_by_class(train):
    rows = vetted_rows(train, 0.25)
    for c in (0, 1):
        assert (train.y[rows] == c).sum() == round(0.25 * (train.y == c).sum())
    assert np.array_equal(rows, vetted_rows(train, 0.25))


def test_a_model_without_gradients_is_not_applicable():
    with pytest.raises(NotApplicable, match="gradients"):
        DEFENSE.propose(Profile(model="m"), "quick")
