import numpy as np
import pytest

from bartizan.attacks.evasion.ray_search import RaySearch


def run(x0, wins, steps, goal):
    asked = np.zeros(len(x0), int)

    def counted(x, rows):
        assert x.min() >= 0
        assert x.max() <= 1
        np.add.at(asked, rows, 1)
        return wins(x)

    search = RaySearch(x0, (0.0, 1.0), goal)
    rows = np.arange(len(x0))
    for _ in range(steps):
        search.step(counted, lambda r: np.ones(len(r), bool), rows)
    return search, asked


def test_finds_the_least_distance_to_a_plane():
    rng = np.random.default_rng(0)
    w = rng.choice([-1.0, 1.0], 16) * rng.uniform(0.5, 1.5, 16)
    x0 = np.full((3, 16), 0.5, np.float32)
    exact = 2.0 / np.abs(w).sum()
    search, asked = run(x0, lambda x: (x - 0.5) @ w > 2.0, 100, goal=0.01)
    assert search.radius == pytest.approx([exact] * 3, rel=0.05)
    assert (search.radius >= exact * (1 - 1e-6)).all()
    assert asked.max() < 250


def test_what_cannot_be_won_stays_infinite():
    search, _ = run(np.full((2, 8), 0.5, np.float32), lambda x: np.zeros(len(x), bool), 30, goal=0.1)
    assert np.isinf(search.radius).all()


@pytest.mark.parametrize("d", [1, 2, 5, 16])
def test_blocks_cover_every_dimension_before_they_start_again(d):
    search = RaySearch(np.full((1, d), 0.5, np.float32), (0.0, 1.0), 0.1)
    flips = np.stack([search._flip(np.array([0]))[0] for _ in range(2 * d + 4)])
    single = flips[(flips == -1).sum(1) == 1]
    assert set(np.argmax(single == -1, axis=1)) == set(range(d))
