import numpy as np
import pytest

from bartizan.attacks.poisoning.aimed import aim_of, fallen, judge_aimed
from bartizan.attacks.poisoning.aiming import AimedParams
from bartizan.core.artifact import Artifact
from bartizan.core.data import Data, Roles

Y = np.array([0, 0, 1, 1, 2, 2])
ROLES = Roles(probe=Data.of(np.zeros((6, 2)), Y), writable=Data.of(np.zeros((10, 2)), np.zeros(10)))
PARAMS = AimedParams(goal_success=0.5, goal_drop=0.1)


def aimed(victim: list[int], wanted: list[int]) -> Artifact:
    return Artifact("poisoned_set", {"victim": np.array(victim), "wanted": np.array(wanted)})


def judged(said: list[int], twin: list[int] | None = None, artifact: Artifact | None = None) -> dict[str, float]:
    answers = {0: np.array([twin or Y.tolist()]), 3: np.array([said])}
    rows, _ = judge_aimed(ROLES, artifact or aimed([0, 1], [2, 2]), answers, [3], PARAMS)
    return {m.estimand: m.value for m in rows}


def test_only_what_was_wanted_counts_and_only_of_those_aimed_at() -> None:
    assert judged([2, 1, 1, 1, 2, 2]) == {"goal_reached": 1, "targeted_success": 0.5, "accuracy_drop": 0}
    assert judged([1, 1, 1, 1, 2, 2])["targeted_success"] == 0


def test_what_the_twin_does_anyway_is_no_success() -> None:
    found = judged([2, 2, 1, 1, 2, 2], twin=[2, 2, 1, 1, 2, 2])
    assert (found["targeted_success"], found["goal_reached"]) == (0, 0)


def test_success_that_everybody_notices_is_not_the_goal() -> None:
    found = judged([2, 2, 0, 0, 0, 2])
    assert (found["targeted_success"], found["goal_reached"], found["accuracy_drop"]) == (1, 0, 0.75)


def test_any_other_class_will_do_where_none_is_named_but_no_answer_will_not() -> None:
    said = np.array([[1, 0, 0, -1, 2, 2]])
    assert fallen(said, np.array([0, 1, 3]), np.array([-1, -1, -1]), Y).tolist() == [[True, False, False]]


def test_nobody_aimed_at_is_no_success() -> None:
    assert judged([1, 1, 1, 1, 1, 1], artifact=aimed([], []))["goal_reached"] == 0


@pytest.mark.parametrize(("victim", "wanted"), [([6], [1]), ([-1], [1]), ([0, 0], [1, 1]), ([0], [1, 1]), ([0], [0])])
def test_an_aim_that_is_none_is_an_error(victim: list[int], wanted: list[int]) -> None:
    with pytest.raises(ValueError, match="aimed at"):
        aim_of(ROLES, aimed(victim, wanted))
