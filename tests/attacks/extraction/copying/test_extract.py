"""A copy, its curve and its price; and what cannot be copied, in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.attacks.extraction import Extraction, extract
from bartizan.attacks.extraction.controls import PatternlessTarget
from bartizan.attacks.extraction.copying.answers import ACCESS
from bartizan.attacks.extraction.copying.selection import SELECTIONS
from bartizan.core.errors import DataError, ModelError, UsageError
from bartizan.numerics.linear import LinearTarget
from bartizan.numerics.students import student_scores

Array = NDArray[np.float32]
QUICK = {"steps": 150, "width": 8}


def steal(target: Any, pool: Array, test: Array, **changed: Any) -> Extraction:
    return extract(target, pool, **{"budget": (20, 200), "x_test": test, **QUICK, **changed})


@pytest.fixture(scope="module")
def stolen(pool: Array, test_inputs: Array) -> Extraction:
    from .conftest import logits

    truth = logits(test_inputs).argmax(axis=1)
    return steal(logits, pool, test_inputs, y_test=truth, price=0.5)


def test_more_queries_make_a_better_copy_and_cost_more(stolen: Extraction) -> None:
    few, many = stolen.curve
    assert [few.queries, many.queries] == [20, 200]
    assert many.fidelity.low > 0.8
    assert few.fidelity.value < many.fidelity.value
    assert (few.cost, stolen.cost) == (10.0, 100.0)


def test_the_curve_is_what_the_surrogate_does(stolen: Extraction, target: Any, test_inputs: Array) -> None:
    agree = student_scores(stolen.surrogate, test_inputs).argmax(1) == target(test_inputs).argmax(1)
    assert agree.mean() == pytest.approx(stolen.fidelity.value)
    assert stolen.accuracy == stolen.fidelity
    assert stolen.target_accuracy is not None
    assert stolen.target_accuracy.value == stolen.agreement.value == 1
    assert stolen.flags == ()


def test_every_query_is_in_the_ledger_and_measuring_is_counted_apart(
    pool: Array, test_inputs: Array, target: Any
) -> None:
    asked = []

    def counting(x: Array) -> Array:
        asked.append(len(x))
        return target(x)  # type: ignore[no-any-return]

    found = steal(counting, pool, test_inputs)
    assert found.queries == len(found.ledger.inputs) == 200
    assert sum(asked) == found.queries + found.checked
    assert {row.tobytes() for row in found.ledger.inputs} <= {row.tobytes() for row in pool}


@pytest.mark.parametrize("access", ACCESS)
def test_every_access_sees_no_more_than_it_may_and_copies(
    access: str, pool: Array, test_inputs: Array, target: Any
) -> None:
    found = steal(target, pool, test_inputs, access=access)
    assert found.fidelity.low > 0.7
    seen = found.ledger.answers
    told = {"labels": seen.shape[1] == 1, "logits": seen.min() < 0, "scores": np.allclose(seen.sum(1), 1)}
    told["rounded"] = np.allclose(seen, seen.round(2), atol=1e-6)
    told["top1"] = bool(((seen > 0).sum(1) == 1).all())
    assert told[access]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_every_selection_asks_what_it_says_once(selection: Any, pool: Array, test_inputs: Array, target: Any) -> None:
    found = steal(target, pool, test_inputs, selection=selection, steps=40, budget=400)
    assert len({row.tobytes() for row in found.ledger.inputs}) == found.queries == 400
    scouting = 10 if selection in ("auto", "uncertainty") else 0
    assert (found.curve[-1].scouting, found.curve[-1].steps) == (scouting, 40 - scouting)


def test_a_pool_smaller_than_the_budget_is_stretched(pool: Array, test_inputs: Array, target: Any) -> None:
    found = steal(target, pool[:60], test_inputs, bounds=(0, 1))
    assert found.queries == 200
    assert 0 <= found.ledger.inputs.min() <= found.ledger.inputs.max() <= 1


def test_without_test_inputs_some_of_the_pool_are_never_asked(pool: Array, target: Any) -> None:
    found = steal(target, pool, None)  # type: ignore[arg-type]
    assert found.fidelity.n == 100


def test_answers_without_pattern_cannot_be_copied(pool: Array, test_inputs: Array) -> None:
    assert steal(PatternlessTarget(), pool, test_inputs).fidelity.high < 0.5


def test_a_target_and_a_module_are_asked_like_a_function(pool: Array, test_inputs: Array, stolen: Extraction) -> None:
    from .conftest import W

    linear = LinearTarget(W, -W.sum(axis=0) / 2)
    for target, access in ((linear, "scores"), (linear, "labels"), (linear, "logits"), (linear.weights(), "logits")):
        assert steal(target, pool, test_inputs, access=access).fidelity.low > 0.7
    assert steal(linear.labels, pool, test_inputs, access="labels", classes=4).fidelity.low > 0.7


def test_same_seed_same_copy_and_a_ledger_that_was_cut_off_is_gone_on_with(
    tmp_path: Path, pool: Array, test_inputs: Array, target: Any
) -> None:
    path = tmp_path / "ledger"
    whole = steal(target, pool, test_inputs)
    left = whole.checked + 130

    def failing(x: Array) -> Array:
        nonlocal left
        left -= len(x)
        if left < 0:
            raise ConnectionError("the line is dead")
        return target(x)  # type: ignore[no-any-return]

    with pytest.raises(ConnectionError):
        steal(failing, pool, test_inputs, ledger=path)
    path.write_bytes(path.read_bytes()[:-3])
    resumed = steal(target, pool, test_inputs, ledger=path)
    assert resumed.queries == 200
    assert [f.id for f in resumed.flags] == ["ledger_mended"]
    again = steal(target, pool, test_inputs, ledger=path)
    assert again.queries == 200
    assert np.array_equal(student_scores(again.surrogate, test_inputs), student_scores(resumed.surrogate, test_inputs))
    fresh = steal(target, pool, test_inputs)
    assert np.array_equal(student_scores(fresh.surrogate, test_inputs), student_scores(whole.surrogate, test_inputs))


def test_what_fools_the_copy_by_far_fools_the_target_and_the_larger_the_change_the_more_often(
    pool: Array, test_inputs: Array, target: Any
) -> None:
    asked = 0

    def counting(x: Array) -> Array:
        nonlocal asked
        asked += len(x)
        return target(x)  # type: ignore[no-any-return]

    small, large = (
        steal(counting, pool, test_inputs, budget=200, bounds=(0, 1), eps=eps).evasion for eps in (0.005, 0.3)
    )
    asked = 0
    found = steal(counting, pool, test_inputs, budget=200, bounds=(0, 1), eps=0.3)
    assert small is not None
    assert large is not None
    assert small.high < large.low
    assert large.n == 200
    assert asked == found.queries + found.checked


def test_a_copy_of_answers_without_pattern_fools_nobody_on_purpose(pool: Array, test_inputs: Array) -> None:
    """Any change turns such a target three times in four, so one that was aimed does no better than that."""
    found = steal(PatternlessTarget(), pool, test_inputs, budget=100, bounds=(0, 1), eps=0.05).evasion
    assert found is not None
    assert found.low < 0.75 < found.high + 0.05


def test_a_target_that_answers_differently_each_time_is_flagged(pool: Array, test_inputs: Array, target: Any) -> None:
    rng = np.random.default_rng(0)
    found = steal(lambda x: target(x) + 5 * rng.standard_normal((len(x), 4)), pool, test_inputs)
    assert [f.id for f in found.flags] == ["answers_vary"]
    assert found.agreement.high < 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"budget": 0}, "the budget is 0 queries; a copy needs at least 10"),
        ({"budget": ()}, "budget is empty"),
        ({"access": "weights"}, "there is no access 'weights'; known are logits"),
        ({"selection": "best"}, "there is no selection 'best'; known are auto"),
        ({"price": -1.0}, "the price is -1.0; it must be a number from 0"),
        ({"steps": 0}, "steps=0 must be at least 1"),
        ({"eps": 0.1}, "give both, eps above 0"),
        ({"eps": -1.0, "bounds": (0, 1)}, "give both, eps above 0"),
        ({"pool": np.zeros((0, 6), np.float32)}, "pool has shape"),
        ({"pool": np.full((20, 6), np.nan, np.float32)}, "pool holds NaN or infinity"),
        ({"x_test": np.zeros((5, 7), np.float32)}, "x_test holds inputs of shape"),
        ({"y_test": np.zeros(3, np.int64)}, "one class for each of the 300 inputs"),
        ({"target": "a string"}, "give a function"),
        ({"target": lambda x: np.full((len(x), 4), np.nan)}, "NaN or infinity for 8 of 8 inputs"),
        ({"target": lambda x: np.zeros((len(x) + 1, 4))}, "must return scores N×K or N classes"),
        ({"target": lambda x: np.zeros((len(x), 4, 2))}, "must return scores N×K or N classes"),
        ({"target": lambda x: np.zeros(len(x), np.int64)}, "say access='labels'"),
        ({"target": lambda x: np.zeros(len(x), np.int64), "access": "labels"}, "say how many there are"),
        ({"target": lambda x: np.full((len(x), 4), 0.25), "access": "logits"}, "say access='scores'"),
        ({"target": lambda x: x[:, : 4 if len(x) < 9 else 3] - 1}, "where it had answered 4 classes"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(
    changed: dict[str, Any], sentence: str, pool: Array, test_inputs: Array, target: Any
) -> None:
    arguments = {"target": target, "pool": pool, "budget": 50, "x_test": test_inputs, **QUICK, **changed}
    with pytest.raises(UsageError, match=sentence):
        extract(arguments.pop("target"), arguments.pop("pool"), **arguments)


def test_a_pool_with_test_inputs_in_it_is_refused(pool: Array, target: Any) -> None:
    with pytest.raises(DataError, match="50 inputs of x_test are also in the pool"):
        steal(target, pool, pool[:50])


def test_nan_in_the_middle_of_a_theft_loses_nothing(
    tmp_path: Path, pool: Array, test_inputs: Array, target: Any
) -> None:
    asked = 0

    def sour(x: Array) -> Array:
        nonlocal asked
        asked += len(x)
        return target(x) * (np.nan if asked > 500 else 1)  # type: ignore[no-any-return]

    with pytest.raises(ModelError, match="NaN"):
        steal(sour, pool, test_inputs, ledger=tmp_path / "l")
    from bartizan.attacks.extraction import Ledger

    kept = Ledger.open(tmp_path / "l")
    assert kept.lost > 0
    assert 0 < len(kept.inputs) < kept.spent <= 200


def test_a_ledger_of_another_theft_or_beyond_the_budget_is_refused(
    tmp_path: Path, pool: Array, test_inputs: Array, target: Any
) -> None:
    steal(target, pool, test_inputs, ledger=tmp_path / "l", steps=5)
    with pytest.raises(DataError, match="of another theft \\(width 4, not 1; access scores, not labels"):
        steal(target, pool, test_inputs, ledger=tmp_path / "l", access="labels")
    with pytest.raises(UsageError, match="holds 200 queries already, and the budget is 50"):
        steal(target, pool, test_inputs, ledger=tmp_path / "l", budget=50)
