import numpy as np
import pytest

from bartizan.numerics.holm import holm
from bartizan.numerics.margins import class_margins, maximise_margins, outlier_p_values, outlying, random_starts

torch = pytest.importorskip("torch")


def test_margin_against_the_definition() -> None:
    z = torch.tensor([[1.0, 4.0, 2.0], [5.0, 0.0, 3.0]])
    assert class_margins(z, torch.tensor([1, 2])).tolist() == [2.0, -2.0]


def test_the_ascent_finds_the_corner_of_a_linear_model() -> None:
    """Two classes: the margin is a linear function, so its maximum over the box is known."""
    W = torch.tensor([[1.0, -2.0], [0.5, 0.25], [-3.0, 1.0]])
    start = torch.from_numpy(random_starts((3,), 4, (-1.0, 1.0), seed=0))
    c = torch.tensor([0, 0, 1, 1])
    best = maximise_margins(lambda x: x @ W, start, c, bounds=(-1.0, 1.0), steps=60)
    reachable = (W[:, 0] - W[:, 1]).abs().sum()
    assert class_margins(best @ W, c).tolist() == pytest.approx([float(reachable)] * 4)
    assert float(best.abs().max()) <= 1


def test_the_best_point_met_is_kept_and_the_start_left_alone() -> None:
    start = torch.zeros(1, 1)
    best = maximise_margins(
        lambda x: torch.cat([-((x - 0.03) ** 2), 0 * x], 1),
        start,
        torch.tensor([0]),
        bounds=(0.0, 1.0),
        steps=5,
        rate=5.0,
    )
    assert float(best) == 0.0
    assert float(start) == 0.0


def test_p_values_do_not_depend_on_the_scale_of_the_logits() -> None:
    margins = np.array([10.0, 12, 11, 13, 9, 30])
    assert outlier_p_values(margins) == pytest.approx(outlier_p_values(margins * 50))


def test_one_far_class_stands_out_and_an_ordinary_largest_one_does_not() -> None:
    usual = np.array([10.0, 12, 11, 13, 9, 12, 10])
    assert not outlying(usual, 0.01)[0].any()
    flagged, p = outlying(np.append(usual, 26.0), 0.01)
    assert flagged.tolist() == [False] * 7 + [True]
    assert p[-1] < 0.01


def test_a_small_lead_is_never_enough_however_small_its_p() -> None:
    margins = np.array([10.0, 10.001, 10.002, 10.003, 10.004, 10.5])
    flagged, p = outlying(margins, 0.01)
    assert p[-1] < 0.01
    assert not flagged.any()


@pytest.mark.parametrize("margins", [np.array([1.0, 100.0]), np.zeros(10), np.full(6, -3.0)])
def test_few_equal_or_negative_margins_flag_nothing(margins: np.ndarray) -> None:
    assert not outlying(margins, 0.01)[0].any()


def test_false_alarms_stay_at_the_level_where_the_gamma_law_is_true() -> None:
    rng = np.random.default_rng(0)
    draws = [holm(outlier_p_values(rng.gamma(40, 1.0, 10))).min() for _ in range(600)]
    assert 0.02 * 600 <= sum(p <= 0.05 for p in draws) <= 0.08 * 600
