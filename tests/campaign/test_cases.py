from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.campaign.cases import Cases, cases
from bartizan.campaign.reading import Point
from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.trial import Kind, Subject, Trial
from bartizan.core.vocabulary import Outcome
from bartizan.numerics.intervals import clopper_pearson

Y = np.array([0, 0, 1, 1, 2, 2])
BEFORE = np.array([0, 0, 1, 0, 2, 2])


def evidence(id: str, kind: Kind = "attack") -> Evidence:
    trial = Trial(name=id, kind=kind, plugin="p", version=1, subject=Subject(kind="target", id="m"))
    return Evidence(id=id, artifact=id, trial=trial, outcome=Outcome.MEASURED)


def kept(after: list[int], n: int = 6) -> dict[str, Any]:
    said = np.array(after)
    return {"label": Y[:n], "before": BEFORE[:n], "after": said, "reached": said != Y[:n]}


def read(k: int, n: int, **arrays: dict[str, Any]) -> Cases | None:
    low, high = clopper_pearson(k, n)
    m = Measurement(estimand="robust_error", unit="example", n=n, method="m", value=k / n, low=low, high=high)
    return cases(Point(m, tuple(evidence(id) for id in arrays)), ArrayReader(arrays.__getitem__))


def test_a_rate_that_leaves_more_open_than_its_count_has_no_cases() -> None:
    """Of members recognised above a threshold that was estimated, too."""
    m = Measurement(estimand="tpr", unit="member", n=6, method="at estimated thresholds", value=1 / 3, low=0, high=0.9)
    assert cases(Point(m, (evidence("a"),)), ArrayReader({"a": kept([1, 0, 1, 0, 2, 2])}.__getitem__)) is None


def test_an_example_is_harmed_by_whichever_attack_and_every_answer_is_kept() -> None:
    found = read(4, 6, a=kept([1, 0, 1, 0, 2, 2]), b=kept([2, 0, 0, 0, 2, 1]))
    assert found is not None
    assert found.harmed.tolist() == [True, False, True, True, False, True]
    assert found.before is not None
    assert found.before.tolist() == BEFORE.tolist()
    assert found.answers is not None
    assert found.answers.shape == (2, 6)


def test_only_the_examples_of_the_estimate_count() -> None:
    found = read(2, 4, a=kept([1, 0, 1, 0, 0, 0]), b=kept([0, 0, 1, 0], 4))
    assert found is not None
    assert found.harmed.tolist() == [True, False, False, True]
    assert found.y is not None
    assert found.y.tolist() == [0, 0, 1, 1]


def test_arrays_that_do_not_make_up_the_rate_are_no_cases() -> None:
    assert read(5, 6, a=kept([1, 0, 1, 0, 2, 2])) is None
    assert read(2, 6, a={}) is None
    assert read(2, 6, a=kept([1, 0, 1, 0], 4)) is None


def test_without_answers_it_is_still_known_who_was_harmed() -> None:
    found = read(1, 3, a={"reached": np.array([True, False, False])})
    assert found is not None
    assert found.harmed.tolist() == [True, False, False]
    assert found.y is found.before is found.answers is None


@pytest.mark.parametrize("name", ["label", "before", "after"])
def test_one_trial_without_its_answers_leaves_none_to_count_by_class(name: str) -> None:
    part = kept([1, 0, 1, 0, 2, 2])
    del part[name]
    found = read(2, 6, a=kept([0, 0, 1, 0, 2, 2]), b=part)
    assert found is not None
    assert found.answers is None
