import pytest
from pydantic import ValidationError

from bartizan.core.system import Condition, Distribution
from bartizan.core.vocabulary import Stage


def test_what_differs_by_stage_replaces_only_what_it_names() -> None:
    condition = Condition.model_validate(
        {
            "kind": "blur",
            "range": [0, 1],
            "distribution": {"normal": [0.5, 0.1]},
            "by_stage": {"deployment": {"range": [0, 2]}},
        }
    )
    there = condition.at(Stage.DEPLOYMENT)
    assert there.range == (0, 2)
    assert there.distribution == Distribution(normal=(0.5, 0.1))
    assert condition.at(Stage.TESTING).range == (0, 1)


@pytest.mark.parametrize(("distribution", "assumed"), [(None, True), ("uniform", False), ({"half_normal": 1}, False)])
def test_only_a_distribution_left_out_is_assumed(distribution: object, assumed: bool) -> None:
    condition = Condition.model_validate({"kind": "blur", "range": [0, 1], "distribution": distribution})
    assert condition.assumed is assumed


@pytest.mark.parametrize(
    "distribution", [{}, {"half_normal": 1, "normal": [0, 1]}, {"half_normal": 0}, {"normal": [0, -1]}, "gamma"]
)
def test_a_distribution_is_exactly_one_proper_one(distribution: object) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate({"kind": "blur", "range": [0, 1], "distribution": distribution})


def test_a_range_does_not_run_backwards() -> None:
    with pytest.raises(ValidationError, match="from the smaller to the larger"):
        Condition.model_validate({"kind": "blur", "range": [1, 0]})
