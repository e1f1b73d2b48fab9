import numpy as np
import pytest

from bartizan.numerics.told_apart import (
    chance_of_area,
    lowest_rates,
    non_members_needed,
    told_apart,
    tolerance_threshold,
)


def test_ten_outsiders_must_be_expected_above_the_threshold() -> None:
    assert [non_members_needed(f) for f in (0.1, 0.01, 0.001)] == [100, 1000, 10000]
    with pytest.raises(ValueError, match="needs 1000 non-members, not 999"):
        told_apart(np.zeros(5), np.zeros(999), 0.01, 0)


def test_the_threshold_holds_its_rate_in_nineteen_of_twenty_draws() -> None:
    rng = np.random.default_rng(0)
    held = [(1 - tolerance_threshold(rng.random(500), 0.01)) <= 0.01 for _ in range(400)]
    assert 0.93 <= np.mean(held) <= 1.0
    assert tolerance_threshold(rng.random(298), 0.01) == np.inf
    assert tolerance_threshold(rng.random(299), 0.01) < np.inf


def test_members_like_outsiders_are_claimed_in_one_of_twenty_runs_at_most() -> None:
    rng = np.random.default_rng(1)
    chances = [told_apart(rng.normal(size=1000), rng.normal(size=1000), 0.01, s).p for s in range(300)]
    assert np.mean(np.array(chances) <= 0.05) <= 0.07
    areas = [chance_of_area(rng.normal(size=300), rng.normal(size=300)) for _ in range(300)]
    assert 0.02 <= np.mean(np.array(areas) <= 0.05) <= 0.09


def test_members_unlike_outsiders_are_found_and_the_rate_is_measured_on_the_other_half() -> None:
    rng = np.random.default_rng(2)
    members = np.concatenate([rng.normal(size=900), np.full(100, 9.0)])
    told = told_apart(members, rng.normal(size=2000), 0.01, 0)
    assert told.found[900:].all()
    assert told.low <= 0.1 <= told.high
    assert told.realised_low <= 0.01
    assert told.p < 1e-6


def test_each_member_has_the_lowest_rate_at_which_it_is_told() -> None:
    assert lowest_rates(np.array([10.0, 2.5, -1.0]), np.arange(4.0)) == pytest.approx([1 / 5, 2 / 5, 1.0])


def test_equal_scores_accuse_nobody() -> None:
    told = told_apart(np.ones(100), np.ones(1000), 0.01, 0)
    assert told.tpr == told.realised == 0
    assert chance_of_area(np.ones(100), np.ones(100)) == 1
