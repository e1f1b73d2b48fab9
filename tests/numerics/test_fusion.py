import numpy as np
import pytest

from bartizan.numerics.fusion import Way, fused, played, signals, way_for
from bartizan.numerics.membership import auc
from bartizan.numerics.references import References, lira, rmia_ratio

pytest.importorskip("sklearn")
WAYS: tuple[Way, ...] = ("boosted trees", "spline regression", "sum of ranks")


def world(models: int, n: int, gain: float = 1.5, seed: int = 0) -> tuple[np.ndarray, np.ndarray, References]:
    """Hard records gain more from being trained on, as they do in life."""
    rng = np.random.default_rng(seed)
    inside = rng.random((models + 1, n)) < 0.5
    hard = rng.normal(0, 2, n)
    sure = -hard + gain * np.maximum(hard, 0) * inside + rng.normal(0, 1, (models + 1, n))
    return sure[0], inside[0], References(sure[1:], inside[1:])


@pytest.mark.parametrize("way", WAYS)
def test_every_way_is_as_good_as_the_signals_it_is_made_of(way: Way) -> None:
    sure, member, refs = world(4, 6000)
    best = max(auc(score(sure, refs), member)[0] for score in (rmia_ratio, lira))
    assert auc(fused(sure, refs, way), member)[0] > best - 0.01


def test_trees_beat_each_signal_in_the_tail() -> None:
    sure, member, refs = world(4, 20000, gain=3.0)

    def found(s: np.ndarray) -> float:
        return float((s[member] > np.quantile(s[~member], 0.999)).mean())

    best = max(found(score(sure, refs)) for score in (rmia_ratio, lira))
    assert found(fused(sure, refs)) > 1.05 * best


@pytest.mark.parametrize("way", WAYS)
def test_pairs_that_share_a_coin_do_not_betray_each_other(way: Way) -> None:
    """Answers that know nothing of membership, but masks from which one of a pair follows from the other."""
    rng = np.random.default_rng(5)
    heads = rng.random((2, 4000)) < 0.5
    inside = np.stack([heads[0], ~heads[0], heads[1], ~heads[1]])
    refs = References(rng.normal(0, 3, 4000) + rng.normal(size=(4, 4000)), inside)
    for m, scores in zip((0, 1), played(refs, [0, 1], way), strict=True):
        _, low, high = auc(scores, inside[m], alpha=0.001)
        assert low <= 0.5 <= high


@pytest.mark.parametrize("way", WAYS)
def test_counts_alone_tell_nothing(way: Way) -> None:
    """A leak planted in how many references saw a record must not be picked up from a target that knows nothing."""
    for seed in range(3):
        sure, member, refs = world(4, 3000, gain=0.0, seed=seed)
        _, low, high = auc(fused(sure, refs, way), member, alpha=0.001)
        assert low <= 0.5 <= high


def test_a_record_is_scored_by_its_own_answers_and_what_was_learnt() -> None:
    sure, _, refs = world(4, 4000)
    raised = sure.copy()
    raised[:10] += 5
    before, after = fused(sure, refs), fused(raised, refs)
    assert after[:10].mean() > before[:10].mean() + 0.5
    assert np.array_equal(before[10:], after[10:])


def test_the_way_follows_the_number_of_records() -> None:
    assert [way_for(n) for n in (500, 2000, 5000)] == ["spline regression", "sum of ranks", "boosted trees"]


def test_few_references_and_records() -> None:
    for models in (1, 2):
        sure, _, refs = world(models, 200)
        assert np.isfinite(fused(sure, refs)).all()
        assert all(np.isfinite(s).all() for s in signals(sure, refs).values())
