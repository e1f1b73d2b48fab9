"""The width is exact where it can be told, and where it cannot nobody is told one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.attacks.extraction import hidden_width
from bartizan.core.errors import UsageError

from .conftest import softened, two_layers

X = np.random.default_rng(0).standard_normal((400, 20))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("width", [1, 3, 5, 8, 9])
def test_below_the_number_of_classes_it_is_exact(width: int, dtype: type) -> None:
    found = hidden_width(two_layers(20, width, 10, seed=width, dtype=dtype), X)
    assert (found.outcome, found.width) == ("measured", width)
    assert found.residual < 1e-6


def halved(network: Any) -> Any:
    return lambda x: network(x).astype(np.float16)


@pytest.mark.parametrize("width", [1, 3, 5, 8, 9])
def test_from_answers_rounded_to_half_precision_too(width: int) -> None:
    found = hidden_width(halved(two_layers(20, width, 10, seed=width, dtype=np.float32)), X)
    assert (found.outcome, found.width) == ("measured", width)


@pytest.mark.parametrize("width", [10, 64])
def test_half_precision_tells_no_width_where_there_is_none_to_tell(width: int) -> None:
    found = hidden_width(halved(two_layers(20, width, 10, seed=0, dtype=np.float32)), X)
    assert (found.outcome, found.width) in (("not_applicable", None), ("inconclusive", None))


def test_noise_of_the_size_of_half_roundings_is_not_taken_for_units() -> None:
    noise, inner = np.random.default_rng(1), two_layers(20, 3, 10, seed=0)
    found = hidden_width(lambda x: (inner(x) + 0.02 * noise.standard_normal((len(x), 10))).astype(np.float16), X)
    assert (found.outcome, found.width) == ("inconclusive", None)


@pytest.mark.parametrize("width", [2, 8])
def test_from_scores_too(width: int) -> None:
    assert hidden_width(softened(two_layers(20, width, 10, seed=width)), X).width == width


@pytest.mark.parametrize("width", [10, 11, 64])
def test_from_the_number_of_classes_on_it_is_not_applicable_and_said_plainly(width: int) -> None:
    found = hidden_width(two_layers(20, width, 10, seed=0), X)
    assert (found.outcome, found.width, found.last_layer) == ("not_applicable", None, None)
    assert "at least 10 units, and how many cannot be told" in found.said


def test_scores_tell_one_unit_less() -> None:
    assert hidden_width(softened(two_layers(20, 9, 10, seed=0)), X).outcome == "not_applicable"


def test_the_last_layer_is_that_of_the_target_in_another_basis() -> None:
    rng = np.random.default_rng(3)
    A = rng.standard_normal((10, 4))
    W = rng.standard_normal((4, 20))
    found = hidden_width(lambda x: np.maximum(x @ W.T, 0) @ A.T, X)
    assert found.last_layer is not None
    mixed = found.last_layer @ np.linalg.lstsq(found.last_layer, A, rcond=None)[0]
    assert np.abs(mixed - A).max() < 1e-9


def test_no_gap_is_no_width() -> None:
    scales = 10.0 ** -np.arange(10)
    mix = np.random.default_rng(0).standard_normal((20, 10))
    noise = np.random.default_rng(1)
    found = hidden_width(
        lambda x: (x @ mix) * scales + 1e-6 * noise.standard_normal((len(x), 10)), X.astype(np.float32)
    )
    assert found.outcome != "measured"


@pytest.mark.parametrize(
    ("predict", "x", "sentence"),
    [
        (lambda x: np.zeros(len(x), np.int64), X, "classes alone"),
        (lambda x: np.full((len(x), 10), np.nan), X, "NaN or infinity"),
        (lambda x: np.eye(10)[: len(x)] if len(x) < 3 else np.eye(10)[np.zeros(len(x), int)], X, "scores of zero"),
        (lambda x: x[:, :10], X[:30], "too few for 10 classes; give at least 40"),
        (lambda x: x, X[0], "x has shape"),
    ],
)
def test_bad_input_is_a_sentence(predict: Any, x: Any, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        hidden_width(predict, x)
