import numpy as np
import pytest

from bartizan.attacks.backdoor.inhand.null import Null
from bartizan.core.errors import UsageError

NAMES = ("a", "b", "c")


def drawn(rng: np.random.Generator, n: int) -> list[dict[str, float]]:
    """Three statistics, one of them naturally large and one that varies much."""
    return [dict(zip(NAMES, rng.normal([0, 5, 1], [0.1, 0.1, 2]).tolist(), strict=True)) for _ in range(n)]


def test_a_naturally_large_statistic_is_no_reason_for_alarm_and_an_unusual_one_is() -> None:
    rng = np.random.default_rng(0)
    null = Null.of(drawn(rng, 20))
    assert null.standing({"a": 0.0, "b": 5.0, "c": 1.0}).p > 0.3
    odd = null.standing({"a": 2.0, "b": 5.0, "c": 1.0})
    assert (odd.p, odd.top()) == (pytest.approx(1 / 21), "a")


def test_the_p_value_of_clean_models_is_uniform_at_least() -> None:
    rng = np.random.default_rng(1)
    p = [Null.of(drawn(rng, 9)).standing(drawn(rng, 1)[0]).p for _ in range(400)]
    for level in (0.1, 0.2, 0.5):
        assert np.mean(np.array(p) <= level + 1e-9) == pytest.approx(level, abs=0.08)


def test_no_p_is_below_one_over_the_number_of_models() -> None:
    standing = Null.of(drawn(np.random.default_rng(0), 5)).standing({"a": 99.0, "b": 99.0, "c": 99.0})
    assert (standing.p, standing.models) == (pytest.approx(1 / 6), 5)


def test_bad_nulls_are_a_sentence() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(UsageError, match="at least 2"):
        Null.of(drawn(rng, 1))
    with pytest.raises(UsageError, match="not all looked at"):
        Null.of([*drawn(rng, 2), {"other": 1.0}])
    with pytest.raises(UsageError, match="other settings"):
        Null.of(drawn(rng, 3)).standing({"other": 1.0})
