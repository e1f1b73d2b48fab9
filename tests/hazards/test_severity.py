import numpy as np
import pytest

from bartizan.core.errors import UsageError
from bartizan.hazards.severity import Sweep, draw, grid

ANY = (-np.inf, np.inf)


@pytest.mark.parametrize(
    ("distribution", "mean"),
    [({}, 0.5), ({"half_normal": 0.1}, 0.1 * np.sqrt(2 / np.pi)), ({"normal": (0.4, 0.05)}, 0.4)],
)
def test_draws_follow_the_stated_distribution_within_the_range(distribution, mean):
    sweep = Sweep(low=0.0, high=1.0, distribution=distribution, draws=4)
    drawn = draw(sweep, 5000, 3, ANY)
    assert drawn.shape == (5000, 4)
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    assert drawn.mean() == pytest.approx(mean, abs=0.01)


def test_the_same_seed_draws_the_same_and_another_does_not():
    sweep = Sweep(low=0.0, high=1.0)
    assert np.array_equal(draw(sweep, 9, 1, ANY), draw(sweep, 9, 1, ANY))
    assert not np.array_equal(draw(sweep, 9, 1, ANY), draw(sweep, 9, 2, ANY))


def test_a_half_normal_that_starts_above_zero_starts_at_the_lower_edge():
    drawn = draw(Sweep(low=2.0, high=9.0, distribution={"half_normal": 0.5}), 2000, 0, ANY)
    assert drawn.min() < 2.01
    assert drawn.mean() == pytest.approx(2 + 0.5 * np.sqrt(2 / np.pi), abs=0.03)


def test_beyond_the_domain_means_outside_the_range_and_where_severities_have_a_meaning():
    drawn = draw(Sweep(low=0.0, high=1.0, region="beyond", reach=0.5), 500, 0, (0.0, np.inf))
    assert drawn.min() > 1.0
    assert drawn.max() <= 1.5
    both = draw(Sweep(low=-1.0, high=1.0, region="beyond", reach=0.25), 500, 0, ANY)
    assert (np.abs(both) >= 1).all()
    assert both.min() < -1
    assert both.max() > 1


def test_a_distribution_that_misses_the_range_or_is_unknown_is_said_so():
    with pytest.raises(UsageError, match="hardly ever falls"):
        draw(Sweep(condition="skew", low=5.0, high=6.0, distribution={"normal": (0.0, 0.1)}), 3, 0, ANY)
    with pytest.raises(UsageError, match="no distribution is called 'gamma'"):
        draw(Sweep(distribution={"gamma": 1.0}), 3, 0, ANY)
    with pytest.raises(UsageError, match="nothing lies beyond"):
        draw(Sweep(low=0.0, high=1.0, region="beyond"), 3, 0, (0.0, 1.0))


def test_the_grid_marks_inside_edge_and_beyond():
    marked = grid(Sweep(low=0.0, high=0.1, points=3, reach=0.5), (0.0, np.inf))
    assert marked == [(0.0, "edge"), (0.05, "inside"), (0.1, "edge"), (0.125, "beyond"), (0.15, "beyond")]


def test_a_range_of_one_value_draws_that_value():
    assert (draw(Sweep(low=0.3, high=0.3), 4, 0, ANY) == 0.3).all()
