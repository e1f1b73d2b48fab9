import numpy as np
import pytest

from bartizan.numerics.matching import matched, mismatch
from bartizan.numerics.references import References


def world(seed: int, shift: float = 0.0, share: float = 0.5) -> tuple[np.ndarray, References]:
    rng = np.random.default_rng(seed)
    hard = rng.normal(0, 2, 4000)
    inside = rng.random((5, 4000)) < np.array([share, 0.5, 0.5, 0.5, 0.5])[:, None]
    sure = hard + 1.5 * inside + rng.normal(0, 1, (5, 4000))
    return sure[0] + shift, References(sure[1:], inside[1:])


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_the_same_recipe_is_hardly_ever_called_another(share: float) -> None:
    found = [mismatch(*world(seed, share=share), share) for seed in range(40)]
    assert sum(apart > allowed for apart, allowed in found) <= 1


def test_another_recipe_is_seen() -> None:
    apart, allowed = mismatch(*world(0, shift=1.0), 0.5)
    assert apart > allowed


def test_matching_undoes_what_keeps_the_order() -> None:
    sure, refs = world(0)
    bent = matched(np.exp(sure / 3), refs, 0.5)
    assert np.array_equal(np.argsort(bent), np.argsort(sure))
    assert np.abs(bent - sure).mean() < 0.15


def test_matching_what_matches_changes_little() -> None:
    sure, refs = world(0, share=0.9)
    assert np.abs(matched(sure, refs, 0.9) - sure).mean() < 0.15


def test_distances_can_be_written_down_whichever_of_them_is_largest() -> None:
    sure, refs = world(0)
    few = References(refs.sure[:1, :20], refs.inside[:1, :20])  # noise is then all there is
    assert [type(v) for v in mismatch(sure[:20], few, 0.5)] == [float, float]
