import numpy as np
import pytest

from bartizan.core.data import Feature
from bartizan.numerics.constraints import broken_rules, may_become


@pytest.mark.parametrize(
    ("rule", "old", "new", "fine"),
    [
        ({}, 0.0, 0.3, True),
        ({"mutable": False}, 0.0, 0.3, False),
        ({"low": 0, "high": 1}, 0.5, 1.0, True),
        ({"low": 0, "high": 1}, 0.5, 1.01, False),
        ({"direction": "increase"}, 0.5, 0.4, False),
        ({"direction": "increase"}, 0.5, 0.6, True),
        ({"direction": "decrease"}, 0.5, 0.6, False),
        ({"type": "integer"}, 1.0, 2.0, True),
        ({"type": "integer"}, 1.0, 1.5, False),
        ({"type": "binary"}, 0.0, 1.0, True),
        ({"type": "binary"}, 0.0, 7.0, False),
        ({"type": "categorical", "values": (0.0, 0.1, 1.0)}, 0.0, 0.1, True),
        ({"type": "categorical", "values": (0.0, 0.1, 1.0)}, 0.0, 0.5, False),
        ({}, 0.0, float("nan"), True),
    ],
)
def test_each_rule(rule, old, new, fine):
    got = may_become(Feature(name="f", **rule), np.float32([old]), np.float32([new]))
    assert bool(got[0]) is fine


def test_what_is_unchanged_breaks_no_rule_and_what_is_no_number_breaks_all():
    rules = (Feature(name="a", low=0, high=1), Feature(name="b", mutable=False))
    x0 = np.float32([[7, 1], [0.5, 1], [0.5, 1]])
    x = np.float32([[7, 1], [0.5, 2], [np.nan, 1]])
    assert broken_rules(x, x0, rules).tolist() == [False, True, True]
