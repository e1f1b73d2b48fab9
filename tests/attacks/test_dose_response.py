from typing import Any

import numpy as np
import pytest

from bartizan.attacks.backdoor.controls import bars
from bartizan.attacks.dose_response import dose_response
from bartizan.attacks.stacked import Recipe
from bartizan.core.errors import DataError, ModelError, UsageError
from bartizan.core.system.contributing import Contributing
from bartizan.numerics.linear import ridge_classifier

torch = pytest.importorskip("torch")
TRAIN = (bars().writable.x, bars().writable.y)
TEST = (bars().probe.x, bars().probe.y)


def ridge(x: np.ndarray, y: np.ndarray, *, seed: int) -> Any:
    W, b = ridge_classifier(x, y, 3, 1e-3)
    return lambda x: np.eye(3)[(x.reshape(len(x), -1) @ W + b).argmax(axis=1)]


def _no_memory() -> Any:
    raise MemoryError


def _stopped() -> Any:
    raise KeyboardInterrupt


def net() -> "torch.nn.Module":
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))


def test_a_function_that_trains() -> None:
    found = dose_response("badnets", ridge, TRAIN, TEST, doses=(0.005, 0.1), seeds=1, side=2)
    assert [m.at["records"] for m in found.curve] == [2, 40]
    assert found.curve[0].value < 0.8 < found.curve[1].value
    assert "40 records (10.00%)" in found.says
    x, y = found.poisoned(40)
    assert ((x != TRAIN[0]).any(axis=(1, 2, 3)) | (y != TRAIN[1])).sum() == 40


def test_the_goal_has_its_price_where_one_is_stated() -> None:
    prices = Contributing(record_eur=0.25, account_records=15)
    found = dose_response("badnets", ridge, TRAIN, TEST, doses=(0.005, 0.1), seeds=1, side=2, contributing=prices)
    assert found.least == 40
    assert found.says.endswith("Goal reached with 40 records, 10.00 €, 3 accounts")
    free = dose_response("badnets", ridge, TRAIN, TEST, doses=(0.005, 0.1), seeds=1, side=2)
    assert free.says.endswith("Goal reached with 40 records")


def test_labels_that_are_flipped_are_called_labels_and_a_goal_that_was_missed_is_said() -> None:
    found = dose_response("label_flip", ridge, TRAIN, TEST, doses=(0.01,), seeds=1, goal_drop=1.0)
    assert (found.what, found.least) == ("labels", None)
    assert "by poisoned labels: 4 labels (1.00%)" in found.says
    assert found.says.endswith("No dose reached the goal")


def test_a_recipe_by_which_all_seeds_are_trained_at_once() -> None:
    found = dose_response(
        "badnets", Recipe(net, epochs=5, rate=0.005), TRAIN, TEST, doses=(0.1,), seeds=3, side=2, seed=1
    )
    assert found.curve[0].n == 3
    assert found.curve[0].value > 0.3
    assert found.flags == ()


def test_the_insider_trains_by_the_recipe() -> None:
    found = dose_response(
        "label_consistent", Recipe(net, epochs=5, rate=0.01), TRAIN, TEST, doses=(0.1,), seeds=1, recipe_known=True,
        side=2,
    )  # fmt: skip
    assert found.harm == "trigger_success"


@pytest.mark.parametrize(
    ("attack", "train", "training", "error", "says"),
    [
        ("apgd", ridge, TRAIN, UsageError, "writes no training data; those that do are"),
        ("nothing", ridge, TRAIN, UsageError, "no attacks plugin is called"),
        ("badnets", 3, TRAIN, UsageError, "train must be a function"),
        ("badnets", ridge, (TRAIN[0], TRAIN[1][:-1]), DataError, "400 inputs and labels of shape"),
        ("badnets", ridge, (TRAIN[0] * np.nan, TRAIN[1]), DataError, "not finite"),
        ("badnets", lambda x, y, *, seed: 3, TRAIN, ModelError, "returned int, which answers nothing"),
        ("badnets", lambda x, y, *, seed: lambda x: np.full((len(x), 3), np.nan), TRAIN, ModelError, "not finite"),
        ("badnets", lambda x, y, *, seed: 1 / 0, TRAIN, ModelError, "raised ZeroDivisionError"),
        (
            "badnets",
            lambda x, y: ridge(x, y, seed=0),
            TRAIN,
            ModelError,
            r"raised TypeError: .*; it is called as train",
        ),
        ("badnets", lambda x, y, *, seed: {}["rate"], TRAIN, ModelError, "raised KeyError: 'rate'"),
        ("badnets", lambda x, y, *, seed: _no_memory(), TRAIN, ModelError, "raised MemoryError: no message"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    attack: str, train: Any, training: Any, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        dose_response(attack, train, training, TEST, doses=(0.1,), seeds=1)


def test_whoever_stops_a_training_stops_it() -> None:
    with pytest.raises(KeyboardInterrupt):
        dose_response("badnets", lambda x, y, *, seed: _stopped(), TRAIN, TEST, doses=(0.1,), seeds=1)
