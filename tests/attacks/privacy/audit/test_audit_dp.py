import numpy as np
import pytest

from bartizan.attacks.privacy import audit_dp, audit_dp_scores
from bartizan.attacks.privacy.audit.mechanisms import FAULTS, DpSgd, own_directions
from bartizan.core.errors import DataError, ModelError, UsageError
from bartizan.numerics.trade_off import gaussian_epsilon

DELTA = 1e-5
CANARIES = 1000


@pytest.fixture(scope="module")
def planted():
    return own_directions(100, CANARIES)


@pytest.mark.parametrize("delta", [0.0, 1.0, -1e-5, float("nan")])
def test_no_delta(planted, delta):
    with pytest.raises(UsageError, match="delta is"):
        audit_dp(DpSgd(), *planted, delta=delta)


@pytest.mark.parametrize("claim", [-1.0, float("nan"), float("inf")])
def test_no_promise(planted, claim):
    with pytest.raises(UsageError, match="claimed_epsilon is"):
        audit_dp(DpSgd(), *planted, delta=DELTA, claimed_epsilon=claim)


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_no_level(planted, alpha):
    with pytest.raises(UsageError, match="alpha is"):
        audit_dp(DpSgd(), *planted, delta=DELTA, alpha=alpha)


@pytest.mark.parametrize("guesses", [0, 1001, 2.5])
def test_guesses_there_are_not(planted, guesses):
    with pytest.raises(UsageError, match="from 1 to the 1000 canaries"):
        audit_dp(DpSgd(), *planted, delta=DELTA, guesses=guesses)


def test_too_few_canaries():
    with pytest.raises(DataError, match=r"4 guesses about 4 canaries could not show any ε.* are needed"):
        audit_dp(DpSgd(), *own_directions(100, 4), delta=DELTA)


def test_canaries_among_the_records(planted):
    x, y, cx, cy = planted
    with pytest.raises(DataError, match="3 of 1000 canaries are among the records"):
        audit_dp(DpSgd(), np.concatenate([x, cx[:3]]), np.concatenate([y, cy[:3]]), cx, cy, delta=DELTA)


def test_one_canary_twice(planted):
    x, y, cx, cy = planted
    cx, cy = cx.copy(), cy.copy()
    cx[1], cy[1] = cx[0], cy[0]
    with pytest.raises(DataError, match="more than once"):
        audit_dp(DpSgd(), x, y, cx, cy, delta=DELTA)


def test_nan_and_labels_that_are_none(planted):
    x, y, cx, cy = planted
    bad = cx.copy()
    bad[5, 5] = np.nan
    with pytest.raises(DataError, match="canaries: 1 of 1000 records hold NaN"):
        audit_dp(DpSgd(), x, y, bad, cy, delta=DELTA)
    with pytest.raises(DataError, match="whole numbers"):
        audit_dp(DpSgd(), x, y + 0.5, cx, cy, delta=DELTA)
    with pytest.raises(DataError, match="give N×… inputs and N labels"):
        audit_dp(DpSgd(), x, y[:-1], cx, cy, delta=DELTA)
    with pytest.raises(DataError, match="shape"):
        audit_dp(DpSgd(), x[:, :5], y, cx, cy, delta=DELTA)


def test_a_training_that_does_not_look_at_its_data(planted):
    still = DpSgd()(planted[0], planted[1], seed=0)
    with pytest.raises(ModelError, match="does not train on what it is given"):
        audit_dp(lambda x, y, *, seed: still, *planted, delta=DELTA)


def test_a_training_that_diverged(planted):
    with pytest.raises(DataError, match="the score NaN"):
        audit_dp(DpSgd(), *planted, delta=DELTA, score=lambda m, x, y: np.full(len(x), np.nan))


def test_scores_without_coins():
    with pytest.raises(DataError, match="one number for each"):
        audit_dp_scores(np.zeros(100), np.zeros(99, bool), delta=DELTA)
    with pytest.raises(DataError, match="not the same for all"):
        audit_dp_scores(np.zeros(100), np.zeros(100, bool), delta=DELTA)


def test_a_correct_training_stays_under_its_epsilon_and_is_not_called_private(planted):
    train = DpSgd(noise=6.0)
    audit = audit_dp(train, *planted, delta=DELTA, claimed_epsilon=gaussian_epsilon(train.mu, DELTA), seed=1)
    assert 0 < audit.epsilon < audit.gaussian_epsilon < gaussian_epsilon(train.mu, DELTA)
    assert audit.contradicted is False
    assert audit.trainings == 1
    assert not audit.flags


@pytest.mark.parametrize("fault", FAULTS)
def test_broken_trainings_are_caught(planted, fault):
    train = DpSgd(noise=10.0, fault=fault)
    audit = audit_dp(train, *planted, delta=DELTA, claimed_epsilon=gaussian_epsilon(train.mu, DELTA), seed=1)
    assert audit.contradicted, (audit.epsilon, audit.claimed_epsilon, audit.auc)


def test_so_much_noise_that_no_trace_is_left_is_said(planted):
    audit = audit_dp(DpSgd(noise=1e4), *planted, delta=DELTA, claimed_epsilon=50.0, seed=2)
    assert audit.epsilon == 0
    assert {f.id for f in audit.flags} == {"canaries_without_trace", "audit_too_small"}
    assert audit.trainings == 2


def test_the_same_seed_gives_the_same(planted):
    one, two, other = (audit_dp(DpSgd(), *planted, delta=DELTA, seed=s) for s in (3, 3, 4))
    assert np.array_equal(one.scores, two.scores)
    assert one.epsilon == two.epsilon
    assert not np.array_equal(one.mask, other.mask)


def test_a_good_part_of_what_the_gaussian_mechanism_loses_is_shown():
    """Each coin published with noise of spread 1: an audit that always answers 0 would be no audit."""
    truth, plain, curve = gaussian_epsilon(1.0, DELTA), [], []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        coins = rng.random(1000) < 0.5
        audit = audit_dp_scores(coins + rng.normal(size=1000), coins, delta=DELTA)
        plain.append(audit.epsilon)
        curve.append(audit.gaussian_epsilon)
    assert max(plain) < max(curve) < truth
    assert np.mean(plain) > 0.25 * truth
    assert np.mean(curve) > 0.35 * truth


def test_equal_scores_show_nothing():
    mask = np.random.default_rng(0).random(400) < 0.5
    assert audit_dp_scores(np.zeros(400), mask, delta=DELTA).epsilon == 0
