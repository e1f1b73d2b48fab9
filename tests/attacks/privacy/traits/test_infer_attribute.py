import numpy as np
import pytest

from bartizan.attacks.privacy import infer_attribute
from bartizan.core.errors import DataError, ModelError, UsageError

pytest.importorskip("sklearn")
COLUMN = 3


@pytest.fixture(scope="module")
def table():
    """Ten columns; the last is a coin of its own for which nothing else stands, and it is what the class depends on."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(900, 10)).astype(np.float32)
    x[:, COLUMN] = rng.integers(0, 2, 900)
    x[:, 4] = np.where(rng.random(900) < 0.7, x[:, COLUMN], 1 - x[:, COLUMN])  # a hint that needs no model
    y = rng.integers(0, 2, 900)
    return x, y


def by_heart(x, y):
    """Sure of the class of exactly the records it has seen, and of nothing else."""

    def ask(a):
        same = (np.abs(a[:, None] - x[None]).max(axis=2) < 1e-6).astype(float)
        seen = same @ (np.eye(2)[y] * 2 - 1)
        return 4 * seen

    return ask


def blind(a):
    return np.zeros((len(a), 2))


def ask(model, table, **changes):
    x, y = table
    given = {"x": x[:300], "y": y[:300], "column": COLUMN, "own_x": x[300:], "own_y": y[300:]} | changes
    return infer_attribute(model, given.pop("x"), given.pop("y"), given.pop("column"), **given)


def test_a_model_that_tells_nothing_gains_nothing_over_the_imputer(table):
    found = ask(blind, table)
    assert found.imputer_accuracy > 0.6
    assert found.gain[1] <= 0 <= found.gain[2]


def test_a_model_that_knows_all_records_by_heart_gives_the_column_away(table):
    x, y = table
    found = ask(by_heart(x, y), table)
    assert found.gain[1] > 0.1, found
    assert found.accuracy > 0.95
    assert found.queries == 2 * 900


def test_shadows_teach_to_believe_a_model_about_records_it_was_trained_on(table):
    """The target knows only the records attacked, so its answers about the attacker's own teach nothing."""
    x, y = table
    target = by_heart(x[:300], y[:300])
    alone = ask(target, table)
    taught = ask(target, table, train=lambda a, b, *, seed: by_heart(a, b))
    assert taught.gain[1] > 0.1 > alone.gain[1]
    outside = infer_attribute(
        target, x[300:500], y[300:500], COLUMN, own_x=x[500:], own_y=y[500:], train=lambda a, b, *, seed: by_heart(a, b)
    )
    assert outside.gain[1] <= 0


def test_what_cannot_be_inferred(table):
    x, y = table
    with pytest.raises(UsageError, match="no column 10"):
        ask(blind, table, column=10)
    with pytest.raises(DataError, match="holds 600 values"):
        ask(blind, table, column=0)
    with pytest.raises(DataError, match="300 of 300 records are the attacker's own"):
        ask(blind, table, own_x=x, own_y=y)
    with pytest.raises(DataError, match="too few to impute"):
        ask(blind, table, own_x=x[300:320], own_y=y[300:320])
    odd = x[:300].copy()
    odd[:7, COLUMN] = 9
    with pytest.raises(DataError, match="7 records holds a value the attacker has never seen"):
        ask(blind, table, x=odd)
    with pytest.raises(ModelError, match="no numbers"):
        ask(lambda a: np.full((len(a), 2), np.nan), table)
