"""A network of one hidden layer is read to the last digits that its answers have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.attacks.extraction import recover_relu
from bartizan.core.errors import UsageError

from .conftest import softened, two_layers


def gaussian(d: int, n: int = 200) -> Any:
    return np.random.default_rng(1).standard_normal((n, d))


@pytest.mark.parametrize(("inputs", "hidden", "classes"), [(6, 4, 2), (10, 16, 3), (20, 32, 10)])
def test_every_unit_is_found_and_the_function_is_exact(inputs: int, hidden: int, classes: int) -> None:
    target = two_layers(inputs, hidden, classes, seed=0)
    found = recover_relu(target, gaussian(inputs))
    assert (found.outcome, found.units, found.signed) == ("recovered", hidden, True)
    assert found.error < 1e-8
    fresh = np.random.default_rng(9).standard_normal((300, inputs))
    assert np.abs(found.net(fresh) - target(fresh)).max() < 1e-7


def test_the_weights_are_those_of_the_target_up_to_order_and_scale() -> None:
    rng = np.random.default_rng(2)
    W, A = rng.standard_normal((5, 8)), rng.standard_normal((3, 5))
    found = recover_relu(lambda x: np.maximum(x @ W.T + 0.1, 0) @ A.T, gaussian(8))
    cosines = found.net.hidden @ (W / np.linalg.norm(W, axis=1, keepdims=True)).T
    assert np.sort(cosines.max(axis=1)) == pytest.approx(np.ones(5), abs=1e-9)
    assert not found.net.skip.any()


def test_from_scores_the_copy_gives_the_same_scores() -> None:
    target = softened(two_layers(10, 12, 4, seed=3))
    found = recover_relu(target, gaussian(10))
    assert found.outcome == "recovered"
    x = np.random.default_rng(9).standard_normal((50, 10))
    z = np.concatenate([np.zeros((50, 1)), found.net(x)], axis=1)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    assert np.abs(e / e.sum(axis=1, keepdims=True) - target(x)).max() < 1e-8


def test_float32_answers_permit_1e_3_and_it_is_said() -> None:
    found = recover_relu(two_layers(10, 16, 3, seed=0, dtype=np.float32), gaussian(10))
    assert found.outcome == "recovered"
    assert 1e-7 < found.error < 1e-3
    assert "float32 answers" in found.said


def test_within_bounds_nothing_is_asked_beyond_them() -> None:
    low, high, target = 1.0, 0.0, two_layers(12, 10, 3, seed=0)

    def watched(x: Any) -> Any:
        nonlocal low, high
        low, high = min(low, x.min()), max(high, x.max())
        return target(x)

    found = recover_relu(watched, np.random.default_rng(0).random((200, 12)), bounds=(0.0, 1.0))
    assert low >= 0
    assert high <= 1
    assert found.error < 1e-8


def test_what_is_no_such_network_is_not_called_recovered() -> None:
    rng = np.random.default_rng(0)
    W, V, A = rng.standard_normal((20, 8)), rng.standard_normal((20, 20)), rng.standard_normal((3, 20))
    deep = recover_relu(lambda x: np.maximum(np.maximum(x @ W.T, 0) @ V.T, 0) @ A.T, gaussian(8), budget=60_000)
    assert deep.outcome != "recovered"
    assert deep.error > 1e-2


def test_a_budget_that_ends_is_kept_to() -> None:
    found = recover_relu(two_layers(20, 32, 10, seed=0), gaussian(20), budget=3000)
    assert found.outcome == "budget_spent"
    assert found.queries <= 3000


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"inputs": np.zeros((10, 3))}, "give at least 50 finite inputs"),
        ({"inputs": np.full((60, 3), np.nan)}, "give at least 50 finite inputs"),
        ({"tolerance": 0.0}, "tolerance=0.0 must be"),
        ({"predict": lambda x: np.zeros(len(x), np.int64)}, "classes alone"),
        ({"predict": lambda x: np.full((len(x), 3), np.nan)}, "NaN or infinity"),
    ],
)
def test_bad_input_is_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    arguments = {"predict": two_layers(3, 4, 3, seed=0), "inputs": gaussian(3), **changed}
    with pytest.raises(UsageError, match=sentence):
        recover_relu(arguments.pop("predict"), arguments.pop("inputs"), **arguments)
