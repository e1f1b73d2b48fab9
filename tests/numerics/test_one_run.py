import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binom

from bartizan.numerics.one_run import (
    chance_under_epsilon,
    contradicted,
    curve_bound,
    epsilon_bound,
    fewest_canaries,
)
from bartizan.numerics.trade_off import approximate, gaussian, gaussian_delta, gaussian_epsilon


def test_without_delta_it_is_the_tail_of_randomised_response():
    right = 1 / (1 + np.exp(-1.5))
    assert chance_under_epsilon(80, 100, 100, 1.5, 0.0) == pytest.approx(binom.sf(79, 100, right))


def test_delta_and_canaries_that_were_not_guessed_make_it_likelier():
    chances = [chance_under_epsilon(95, 100, m, 1.0, d) for m, d in ((100, 0.0), (100, 1e-5), (1000, 1e-5))]
    assert chances[0] < chances[1] < chances[2] < 1


def test_the_bound_is_where_the_chance_crosses_the_level():
    eps = epsilon_bound(95, 100, 100, 1e-6, 0.05)
    assert chance_under_epsilon(95, 100, 100, eps, 1e-6) <= 0.05 < chance_under_epsilon(95, 100, 100, eps + 1e-6, 1e-6)
    assert epsilon_bound(55, 100, 100, 1e-6, 0.05) == 0


@pytest.mark.parametrize("bad", [(5, 4, 10), (-1, 4, 10), (1, 11, 10), (0, 0, 0)])
def test_impossible_counts(bad):
    with pytest.raises(ValueError, match="guesses"):
        chance_under_epsilon(*bad, 1.0, 0.0)
    with pytest.raises(ValueError, match="guesses"):
        contradicted(gaussian, np.ones(1), *bad, 0.05)


@pytest.mark.parametrize(("eps", "delta"), [(-1.0, 0.0), (float("nan"), 0.0), (1.0, 1.5), (1.0, -0.1)])
def test_impossible_privacy(eps, delta):
    with pytest.raises(ValueError, match="privacy"):
        chance_under_epsilon(3, 4, 4, eps, delta)


@pytest.mark.parametrize("m", [50, 400])
@pytest.mark.parametrize("mu", [0.5, 1.0, 2.0])
def test_what_the_gaussian_mechanism_really_does_is_never_contradicted(mu, m):
    """All coins guessed at the middle: each is right with Φ(μ/2), independently. Its own tail must be allowed."""
    for c in range(m // 2, m + 1, max(m // 25, 1)):
        tail = float(binom.sf(c - 1, m, ndtr(mu / 2)))
        if tail > 1e-12:
            assert not contradicted(gaussian, np.array([mu]), c, m, m, tail)[0], (c, tail)


def test_a_curve_much_too_private_is_contradicted():
    assert contradicted(gaussian, np.array([0.0, 0.5]), 190, 200, 200, 0.05).all()
    c = int(200 * ndtr(1.0))  # what μ = 2 does on average
    assert 0.6 < curve_bound(gaussian, c, 200, 200, 0.05) < 2.0


def test_randomised_response_is_never_contradicted_by_the_curve_of_its_epsilon():
    eps = 1.0
    for c in range(75, 101, 5):
        tail = float(binom.sf(c - 1, 100, 1 / (1 + np.exp(-eps))))
        assert not contradicted(approximate(0.0), np.array([eps]), c, 100, 100, tail * (1 - 1e-6))[0]


def test_the_search_is_not_led_astray_by_large_parameters():
    found = curve_bound(approximate(1e-5), 500, 500, 1000, 0.05)
    assert not contradicted(approximate(1e-5), np.array([found + 0.1]), 500, 500, 1000, 0.05)[0]
    assert contradicted(approximate(1e-5), np.linspace(0, found, 20), 500, 500, 1000, 0.05).all()
    assert contradicted(gaussian, np.array([0.0, 0.1]), 500, 500, 1000, 0.05).all()


def test_abstaining_guesser_on_the_gaussian_mechanism_stays_below_the_truth():
    rng, wrong = np.random.default_rng(0), 0
    for _ in range(100):
        bits = rng.random(500) < 0.5
        z = bits + rng.normal(size=500)  # μ = 1
        order = np.argsort(z)
        right = int(bits[order[-20:]].sum() + (~bits[order[:20]]).sum())
        wrong += curve_bound(gaussian, right, 40, 500, 0.05) > 1.0
    assert wrong <= 11  # 5 expected at most; 11 or fewer with chance 0.995


def test_gaussian_conversion():
    assert float(gaussian_delta(1.0, 1.0)) == pytest.approx(0.126936737, abs=1e-8)
    for mu in (0.3, 1.0, 4.0):
        assert float(gaussian_delta(gaussian_epsilon(mu, 1e-5), mu)) == pytest.approx(1e-5, rel=1e-4)
    assert gaussian_epsilon(0.0, 1e-5) == 0
    with pytest.raises(ValueError, match="between 0 and 1"):
        gaussian_epsilon(1.0, 0.0)


def test_gaussian_epsilon_as_the_accountant_has_it():
    pld = pytest.importorskip("dp_accounting.pld.privacy_loss_distribution", exc_type=ImportError)
    theirs = pld.from_gaussian_mechanism(1.0, use_connect_dots=True).get_epsilon_for_delta(1e-5)
    assert gaussian_epsilon(1.0, 1e-5) == pytest.approx(theirs, rel=1e-3)


def test_fewest_canaries():
    n = fewest_canaries(2.0, 0.01)
    assert epsilon_bound(n, n, n, 0.0, 0.01) >= 2.0 > epsilon_bound(n - 1, n - 1, n - 1, 0.0, 0.01)
