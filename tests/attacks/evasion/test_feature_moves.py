import numpy as np
import pytest

from bartizan.attacks.evasion.feature_moves import candidates, features_of, graft, moves, nearest_first
from bartizan.core.data import Data, Feature


def test_values_worth_trying():
    own = np.float32([3, 1, 1, 2])
    assert candidates(Feature(name="f", type="categorical", values=(0.0, 0.5, 1.0)), own).tolist() == [0, 0.5, 1]
    assert candidates(Feature(name="f", type="binary"), own).tolist() == [0, 1]
    assert candidates(Feature(name="f", type="integer", low=0, high=9), own).tolist() == [0, 1, 2, 3, 9]
    many = candidates(Feature(name="f", low=-5), np.linspace(0, 1, 100, dtype=np.float32))
    assert many[[0, 1, -1]].tolist() == [-5, 0, 1]
    assert len(many) == 8


def test_moves_keep_the_rules():
    rules = (Feature(name="a", direction="increase"), Feature(name="b", mutable=False), Feature(name="c"))
    found = moves(np.float32([1, 1, 1]), rules, [np.float32([0, 1, 2])] * 3)
    assert [(j, v.tolist()) for j, v in found] == [(0, [2]), (2, [0, 2])]


def test_grafting_takes_over_what_may_be_changed():
    rules = (Feature(name="a"), Feature(name="b", mutable=False))
    rows = graft(np.float32([1, 1]), np.float32([[5, 5], [1, 9]]), rules)
    assert rows.tolist() == [[5, 1], [1, 1]]
    assert nearest_first(np.float32([1, 1]), rows).tolist() == [0]


@pytest.mark.parametrize(("bounds", "low"), [((0.0, 1.0), 0.0), (None, None)])
def test_undescribed_features_go_by_the_bounds(bounds, low):
    data = Data.of(np.zeros((1, 2), np.float32), np.zeros(1, np.int64))
    found = features_of(data, bounds)
    assert len(found) == 2
    assert found[0].low == low
    assert found[0].mutable
