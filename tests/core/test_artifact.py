from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.core.access import Budget
from bartizan.core.artifact import Measured, Watched


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"tries": np.array([1, -1])}, "tries may not be negative"),
        ({"size": np.array([0.1, np.nan])}, "size may not be negative"),
        ({"reached": np.array([True]), "tries": np.array([1, 2])}, "one length"),
        ({"reached": np.ones((2, 2), np.bool_)}, "one length"),
        ({"reached": np.array([0.5])}, "neither true nor false"),
    ],
)
def test_what_no_judge_should_meet_is_no_measurement(arrays: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Measured((), arrays)


def test_what_is_in_order_is_one() -> None:
    Measured(
        (), {"reached": np.array([True]), "tries": np.array([0]), "size": np.array([np.inf]), "other": np.zeros(9)}
    )


def test_who_got_less_because_the_money_was_spent() -> None:
    seen = Watched(budget=Budget(queries=10), metered=np.array([5, 3, 2, 0]), queries=10)
    assert seen.ran_out(np.array([True, True, True, True])) == 3
    assert seen.ran_out(np.array([True, False, False, True])) == 1
    assert Watched(budget=Budget(queries=14), metered=seen.metered, queries=10).ran_out(np.ones(4, np.bool_)) == 0
    assert Watched(metered=seen.metered, queries=10).ran_out(np.ones(4, np.bool_)) == 0
