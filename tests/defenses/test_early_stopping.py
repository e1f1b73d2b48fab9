import numpy as np

from bartizan.core.data import Data
from bartizan.defenses.early_stopping import EarlyStopping, EarlyStoppingParams

DEFENSE = EarlyStopping()


def noise(train):
    """Labels without any pattern: all that can be learnt is the records themselves."""
    return Data.of(train.x, np.random.default_rng(0).integers(0, 2, len(train)))


def accuracy(target, data):
    return float((target.labels(data.x) == data.y).mean())


def test_it_learns_what_there_is_to_learn(target, train, test):
    treated = DEFENSE.apply(target, train, params=EarlyStoppingParams(learning_rate=1e-2), seed=0)
    assert accuracy(treated, test) > 0.9


def test_it_does_not_learn_by_heart(train, make_target):
    data = noise(train)
    long = EarlyStoppingParams(patience=200, epochs=200, weight_decay=0.0, learning_rate=1e-2)
    stopped, kept = (DEFENSE.apply(make_target(), data, params=p, seed=0) for p in (EarlyStoppingParams(), long))
    assert int(stopped.kept["epochs"]) < 20
    assert accuracy(stopped, data) < 0.65
    assert int(kept.kept["epochs"]) < 200  # the best epoch is kept, however long it goes on


def test_retraining_stops_early_too(target, train):
    treated = DEFENSE.apply(target, train, params=EarlyStoppingParams(), seed=0)
    again = treated.retrain(train.x, train.y, seed=5)
    assert again.info.defences == ("early_stopping",)
    assert "epochs" in again.kept


def test_trained_on_without_noise_no_promise_is_kept(target, train):
    target.info = target.info.model_copy(update={"promise": (1.0, 1e-5)})
    assert DEFENSE.apply(target, train, params=EarlyStoppingParams(epochs=1), seed=0).info.promise is None
