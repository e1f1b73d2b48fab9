from __future__ import annotations

from typing import Any

import pytest

from bartizan.campaign import keys
from bartizan.core.access import Access, Budget
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Capability

TRIAL = Trial(
    name="n",
    kind="attack",
    plugin="apgd",
    version=1,
    subject=Subject(kind="target", id="m"),
    access=Access(capabilities=(Capability.LOGITS,)),
    budget=Budget(queries=10),
    params={"eps": 0.1},
    seed=0,
    examples=50,
)
AROUND: dict[str, Any] = {"subject": "s", "data": "d", "earlier": ["e"], "environment": {"torch": "2.13.0"}}


def key(trial: Trial = TRIAL, **changes: Any) -> str:
    return keys.artifact_key(trial, **{**AROUND, **changes})


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "hazard"},
        {"plugin": "square"},
        {"version": 2},
        {"subject": Subject(kind="target", id="other")},
        {"subject": Subject(kind="files", id="m")},
        {"access": Access(capabilities=(Capability.SCORES,))},
        {"access": Access(capabilities=(Capability.LOGITS,), interface="api")},
        {"budget": Budget(queries=11)},
        {"params": {"eps": 0.2}},
        {"params": {"eps": 0.1, "steps": 5}},
        {"seed": 1},
        {"examples": 51},
    ],
    ids=str,
)
def test_everything_of_a_trial_that_can_change_a_result_changes_the_key(change: dict[str, Any]) -> None:
    assert key(TRIAL.model_copy(update=change)) != key()


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "t"},
        {"data": "c"},
        {"earlier": ["f"]},
        {"earlier": []},
        {"environment": {"torch": "2.13.1"}},
        {"environment": {}},
    ],
    ids=str,
)
def test_everything_around_it_that_can_change_a_result_changes_the_key(change: dict[str, Any]) -> None:
    assert key(**change) != key()


@pytest.mark.parametrize(
    "change", [{"name": "m"}, {"answers": ("E1@m",)}, {"after": ("other name",)}], ids=lambda c: next(iter(c))
)
def test_what_cannot_change_a_result_does_not_change_the_key(change: dict[str, Any]) -> None:
    assert key(TRIAL.model_copy(update=change)) == key()


def test_a_limit_in_seconds_only_aborts_and_is_no_part_of_the_key() -> None:
    assert key(TRIAL.model_copy(update={"budget": Budget(queries=10, seconds=1)})) == key()


def test_the_order_of_parameters_does_not_matter_and_that_of_earlier_trials_does() -> None:
    one = TRIAL.model_copy(update={"params": {"a": 1, "b": 2}})
    other = TRIAL.model_copy(update={"params": {"b": 2, "a": 1}})
    assert key(one) == key(other)
    assert key(earlier=["x", "y"]) != key(earlier=["y", "x"])


def test_a_better_referee_has_another_key_for_the_same_artifact() -> None:
    found = {keys.measurement_key(a, r, v) for a in ("a", "b") for r in ("p", "q") for v in (1, 2)}
    assert len(found) == 8


def test_costs_of_a_defence_in_other_classes_are_another_measurement() -> None:
    plain = keys.measurement_key("a", "costs", 1)
    assert len({plain, *(keys.measurement_key("a", "costs", 1, asked=c) for c in ([0], [1], [0, 1]))}) == 4
    assert keys.measurement_key("a", "costs", 1, asked=()) == plain


def test_treatments_make_another_subject_in_their_order() -> None:
    assert keys.subject_key("base", []) == "base"
    assert len({keys.subject_key("base", t) for t in ([], ["a"], ["b"], ["a", "b"], ["b", "a"])}) == 5


def test_the_environment_names_versions_and_no_machine() -> None:
    found = keys.environment()
    assert found["numpy"]
    assert found["dtype"] == "float32"
    assert not any("/" in v for v in found.values())
