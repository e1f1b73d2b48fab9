import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import beta

from bartizan.numerics.membership import (
    auc,
    enclosing,
    fpr_interval,
    loss_signal,
    lowest_fpr,
    reference_mean,
    rmia,
    roc,
    threshold_at,
    tpr_interval,
    true_class,
)


def test_the_loss_signal_orders_as_the_loss_does_and_tells_ones_apart() -> None:
    scores = np.array([[0.2, 0.8], [0.9, 0.1], [1.0, 1e-9], [1.0, 1e-11]], np.float32)
    signal = loss_signal(scores, np.zeros(4, np.int64))
    assert (np.diff(signal) > 0).all()
    assert signal[1] == pytest.approx(np.log(0.9 / 0.1), rel=1e-5)


def test_the_loss_signal_survives_a_one_hot_answer() -> None:
    scores = np.array([[1, 0], [0, 1]], np.float32)
    assert np.isfinite(loss_signal(scores, np.zeros(2, np.int64))).all()


def test_the_reference_mean_weighs_both_worlds_alike_whatever_the_counts() -> None:
    p = np.array([[0.9, 0.5], [0.8, 0.5], [0.7, 0.5], [0.2, 0.5]])
    inside = np.array([[True, True], [True, False], [True, False], [False, False]])
    assert reference_mean(p, inside, 0.3) == pytest.approx([(0.8 + 0.2) / 2, 0.5])


def test_a_missing_world_is_filled_in_by_the_offline_line() -> None:
    p, a = np.array([[0.4, 0.82]]), 0.3
    only_out, only_in = reference_mean(p, np.array([[False, True]]), a)
    assert only_out == pytest.approx((0.4 + 0.3 * 0.4 + 0.7) / 2)
    assert only_in == pytest.approx((0.82 + 0.4) / 2)


def test_rmia_against_the_definition() -> None:
    rng = np.random.default_rng(0)
    p, mean, pz, mean_z = rng.random(30), rng.random(30), rng.random(50), rng.random(50)
    slow = [np.mean([(p[i] / mean[i]) / (pz[j] / mean_z[j]) >= 2 for j in range(50)]) for i in range(30)]
    assert rmia(p, mean, pz, mean_z, gamma=2.0) == pytest.approx(slow)


def test_thresholds_accuse_as_many_new_outsiders_as_they_say() -> None:
    rng = np.random.default_rng(1)
    rates = []
    for _ in range(300):
        threshold = threshold_at(rng.standard_normal(199), 0.05)
        rates.append((rng.standard_normal(1000) > threshold).mean())
    assert np.mean(rates) == pytest.approx(0.05, abs=0.004)


def test_equal_scores_accuse_nobody() -> None:
    scores = np.ones(100)
    assert not (scores > threshold_at(scores, 0.1)).any()


def test_too_few_outsiders_for_the_rate() -> None:
    with pytest.raises(ValueError, match="needs at least 99 non-members"):
        threshold_at(np.zeros(98), 0.01)
    assert threshold_at(np.arange(99.0), 0.01) == 98


@pytest.mark.parametrize(("m", "fpr"), [(1000, 0.01), (200, 0.05), (400, 0.1)])
@pytest.mark.parametrize("shift", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("tied", [False, True])
def test_the_interval_of_the_members_found_covers_the_truth(m: int, fpr: float, shift: float, tied: bool) -> None:
    """Members at N(shift, 1), others at N(0, 1): the best rate at `fpr` is Φ(shift − z), or less where scores are tied.
    Guessing (shift 0) must not be reported as a leak."""
    rng, runs = np.random.default_rng(7), 300
    step = 0.5 if tied else 1e-9
    cuts = np.arange(-8, 8, step) if tied else np.array([ndtri(1 - fpr)])
    allowed = cuts[ndtr(-cuts) <= fpr + 1e-12]
    best = float(ndtr(shift - allowed).max())
    covered = leaks = 0
    for _ in range(runs):
        members, others = rng.standard_normal(m) + shift, rng.standard_normal(m)
        if tied:
            members, others = np.ceil(members / step) * step, np.ceil(others / step) * step
        low, high = tpr_interval(members, others, fpr)
        covered += low <= best <= high
        leaks += low > fpr
    assert covered >= 0.95 * runs
    assert shift > 0 or leaks <= 0.025 * runs


def test_the_order_statistics_that_enclose_a_threshold() -> None:
    k_low, k_high = enclosing(1000, 0.01, 0.025)
    assert beta.ppf(1 - 0.0125, k_low, 1001 - k_low) <= 0.01 < beta.ppf(1 - 0.0125, k_low + 1, 1000 - k_low)
    assert beta.ppf(0.0125, k_high, 1001 - k_high) >= 0.01 > beta.ppf(0.0125, k_high - 1, 1002 - k_high)
    assert enclosing(100, 0.001, 0.05)[0] == 0
    assert fpr_interval(1000, 10) == pytest.approx(beta.ppf([0.025, 0.975], 10, 991))


def test_without_an_enclosing_order_statistic_an_end_is_open() -> None:
    assert tpr_interval(np.ones(50), np.zeros(20), 0.01)[0] == 0
    assert tpr_interval(np.ones(50), np.arange(20.0), 0.99)[1] == 1


def test_ten_outsiders_must_be_expected_above() -> None:
    assert lowest_fpr(1000) == pytest.approx(0.01)
    assert lowest_fpr(3) == 1


def test_the_roc_moves_ties_together_and_its_area_is_the_auc() -> None:
    rng = np.random.default_rng(2)
    scores, member = rng.integers(6, size=200).astype(float), rng.random(200) < 0.4
    fpr, tpr = roc(scores, member)
    assert (fpr[0], tpr[0], fpr[-1], tpr[-1]) == (0, 0, 1, 1)
    assert len(fpr) == 7
    area = float(((fpr[1:] - fpr[:-1]) * (tpr[1:] + tpr[:-1]) / 2).sum())
    assert auc(scores, member)[0] == pytest.approx(area)


def test_the_area_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    member = np.arange(120) < 60
    hits = 0
    for _ in range(200):
        _, low, high = auc(rng.standard_normal(120) + 0.5 * member, member)
        hits += low <= 0.6382 <= high  # Φ(0.5/√2)
    assert hits >= 0.91 * 200


def test_full_separation_still_leaves_doubt() -> None:
    value, low, high = auc(np.arange(40.0), np.arange(40) >= 20)
    assert (value, high) == (1, 1)
    assert low < 1


def test_an_empty_class_is_refused() -> None:
    with pytest.raises(ValueError, match="members and non-members"):
        auc(np.arange(3.0), np.zeros(3, bool))


def test_true_class_picks_by_label() -> None:
    assert true_class(np.array([[0.1, 0.9], [0.3, 0.7]], np.float32), np.array([1, 0])) == pytest.approx([0.9, 0.3])
