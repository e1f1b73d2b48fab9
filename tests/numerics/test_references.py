import numpy as np
import pytest
from scipy.stats import norm

from bartizan.numerics.membership import auc
from bartizan.numerics.references import (
    References,
    calibrated,
    difficulty,
    lira,
    log_odds,
    rmia_ratio,
    student_t,
)

N = 4000


def world(models: int, gain: float = 1.5, seed: int = 0) -> tuple[np.ndarray, np.ndarray, References]:
    """A target's surety and members, and references of the same kind; records differ in difficulty."""
    rng = np.random.default_rng(seed)
    inside = rng.random((models + 1, N)) < 0.5
    sure = rng.normal(0, 3, N) + gain * inside + rng.normal(0, 1, (models + 1, N))
    return sure[0], inside[0], References(sure[1:], inside[1:])


def test_log_odds_of_logits_do_not_round_to_infinity() -> None:
    z = np.array([[100.0, 0.0, 0.0], [0.0, 1.0, 2.0]])
    p = np.exp(z[1]) / np.exp(z[1]).sum()
    assert log_odds(z, np.array([0, 1])) == pytest.approx([100 - np.log(2), np.log(p[1] / (1 - p[1]))])


@pytest.mark.parametrize("score", [calibrated, rmia_ratio, lira, student_t])
def test_references_tell_members_better_than_surety_alone(score: object) -> None:
    sure, member, refs = world(8)
    assert auc(score(sure, refs), member)[0] > auc(sure, member)[0] + 0.08  # type: ignore[operator]


@pytest.mark.parametrize("models", [1, 2, 4])
@pytest.mark.parametrize("score", [calibrated, rmia_ratio, lira, student_t])
def test_few_references_leave_every_record_with_a_finite_score(score: object, models: int) -> None:
    sure, _, refs = world(models)
    assert np.isfinite(score(sure, refs)).all()  # type: ignore[operator]


@pytest.mark.parametrize("online", [True, False])
@pytest.mark.parametrize("score", [rmia_ratio, lira])
def test_offline_looks_at_references_without_the_record_alone(score: object, online: bool) -> None:
    sure, _, refs = world(8)
    other = References(np.where(refs.inside, refs.sure + 3, refs.sure), refs.inside)
    same = np.allclose(score(sure, refs, online=online), score(sure, other, online=online))  # type: ignore[operator]
    assert same is not online


def test_lira_is_the_ratio_of_two_normals() -> None:
    sure = np.array([0.5, 2.0])
    refs = References(
        np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 0.0], [3.0, 1.0]]), np.array([[False, True]] * 2 + [[True, False]] * 2)
    )
    expected = norm.logpdf(sure, [2.5, 1.5], np.sqrt(0.5)) - norm.logpdf(sure, [0.5, 0.5], np.sqrt(0.5))
    assert lira(sure, refs, own_spread=True) == pytest.approx(expected)


def test_student_t_approaches_the_normals_when_references_are_many() -> None:
    sure, _, refs = world(256)
    assert np.corrcoef(student_t(sure, refs), lira(sure, refs, own_spread=True))[0, 1] > 0.98


def test_difficulty_is_the_same_with_and_without_a_record() -> None:
    _, _, refs = world(64)
    n_in = refs.inside.sum(axis=0)
    rest = difficulty(refs) - np.where(refs.inside, refs.sure - refs.gain(), refs.sure).mean(axis=0)
    assert abs(np.corrcoef(n_in, rest)[0, 1]) < 0.05


def test_counts_alone_tell_nothing() -> None:
    """Answers that know nothing of membership: whatever the masks are, no score may find a member."""
    for seed in range(5):
        sure, member, refs = world(4, gain=0.0, seed=seed)
        for score in (calibrated, rmia_ratio, lira, student_t):
            _, low, high = auc(score(sure, refs), member, alpha=0.001)
            assert low <= 0.5 <= high, score.__name__


def test_who_knows_a_models_records_is_left_out_with_it() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.random((2, 500)) < 0.5
    refs = References(rng.normal(size=(5, 500)), np.stack([a, ~a, b, ~b, a]))
    assert len(set(refs.groups().tolist())) == 2
    assert np.array_equal(refs.without(1).inside, np.stack([b, ~b]))
    assert np.array_equal(refs.without(2).sure, refs.sure[[0, 1, 4]])
