import numpy as np
import pytest
import torch

from bartizan.core.profile import NotApplicable, Profile
from bartizan.defenses.adversarial_training import AdversarialTraining, AdversarialTrainingParams, pgd

DEFENSE = AdversarialTraining()
PARAMS = AdversarialTrainingParams(eps=0.1, epochs=30, learning_rate=0.02)


def under_attack(target, data, eps=0.1, norm="linf"):
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)
    generator = torch.Generator().manual_seed(9)
    attacked = pgd(target.weights(), x, y, norm, eps, (0, 1), steps=40, generator=generator)
    return float((target.labels(attacked.numpy()) == data.y).mean())


def accuracy(target, data):
    return float((target.labels(data.x) == data.y).mean())


@pytest.fixture(scope="module")
def hardened(target, train):
    return DEFENSE.apply(target, train, params=PARAMS, seed=0)


def test_robust_accuracy_rises_from_next_to_nothing_and_the_target_itself_is_left_alone(target, hardened, test):
    assert accuracy(target, test) > 0.97
    assert under_attack(target, test) < 0.1
    assert under_attack(hardened, test) > 0.8
    assert accuracy(hardened, test) > 0.85
    assert hardened.info.defences == ("adversarial_training",)
    assert hardened.info.digest != target.info.digest


def test_training_against_a_tiny_change_does_not_protect_from_a_large_one(target, train, test):
    weak = DEFENSE.apply(target, train, params=PARAMS.model_copy(update={"eps": 0.005}), seed=0)
    assert under_attack(weak, test) < 0.3


def test_the_same_seed_gives_the_same_weights(target, train):
    short = PARAMS.model_copy(update={"epochs": 1})
    one, two, other = (DEFENSE.fit(target, train, params=short, seed=s) for s in (3, 3, 4))
    assert all(np.array_equal(one[k], two[k]) for k in one)
    assert any(not np.array_equal(one[k], other[k]) for k in one)


def test_wrap_restores_what_fit_returned(target, train, hardened, test):
    arrays = DEFENSE.fit(target, train, params=PARAMS, seed=0)
    wrapped = DEFENSE.wrap(target, arrays, params=PARAMS, seed=0, digest="d")
    assert np.array_equal(wrapped.scores(test.x), hardened.scores(test.x))


def test_a_retrained_target_is_hardened_again(hardened, train, test):
    again = hardened.retrain(train.x, train.y, seed=5)
    assert again.info.defences == ("adversarial_training",)
    assert under_attack(again, test) > 0.8


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_pgd_stays_within_the_ball_and_the_bounds(target, test, norm):
    x, y = torch.from_numpy(test.x[:50]), torch.from_numpy(test.y[:50])
    z = pgd(target.weights(), x, y, norm, 0.3, (0, 1), steps=5, generator=torch.Generator().manual_seed(0))
    change = (z - x).flatten(1)
    size = change.abs().max(1).values if norm == "linf" else change.norm(dim=1)
    assert float(size.max()) <= 0.3 + 1e-5
    assert float(z.min()) >= 0
    assert float(z.max()) <= 1
    assert float(size.min()) > 0.1


def test_proposals_take_the_norm_and_size_that_count():
    profile = Profile(model="m", bounds=(0, 1), differentiable=True, norms=(("l2", 1.5), ("linf", 0.1)))
    assert DEFENSE.propose(profile, "quick")["norm"] == "l2"
    assert DEFENSE.propose(profile, "deep")["eps"] == 1.5


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"differentiable": False}, "gradients"), ({"modality": "tabular"}, "tables"), ({"bounds": None}, "bounds")],
)
def test_what_cannot_be_hardened_so_is_said(change, reason):
    profile = Profile(**{"model": "m", "bounds": (0, 1), "differentiable": True, **change})
    with pytest.raises(NotApplicable, match=reason):
        DEFENSE.propose(profile, "quick")
