from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.campaign.reading import Part, Point, Reading
from bartizan.campaign.retest import again, defence_trial
from bartizan.campaign.retest import change as compared
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Flag, Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.treatment import Treatment
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Capability, Outcome
from bartizan.numerics.intervals import clopper_pearson

NOTHING = ArrayReader()


def evidence(name: str, k: int, n: int = 100, **changes: Any) -> Evidence:
    low, high = clopper_pearson(k, n)
    m = Measurement(
        estimand="tpr", unit="member", n=n, method="m", value=k / n, low=low, high=high,
        at=changes.pop("at", {"fpr": 0.01}),
    )  # fmt: skip
    made = Trial(
        name=name, kind="attack", plugin="p", version=changes.pop("version", 1), subject=Subject(kind="target", id="m"),
        params=changes.pop("params", {}),
    )  # fmt: skip
    flags = tuple(Flag(id=f, detail="") for f in changes.pop("flags", ()))
    return Evidence(
        id=name, artifact=name, trial=made, outcome=Outcome.MEASURED, measurements=(m,), flags=flags
    )  # fmt: skip


def reading(*found: Evidence, harm: str = "tpr") -> Reading:
    return Reading(harm, tuple(Point(e.measurements[0], (e,)) for e in found), (Part("", found),))


def change(before: Reading, after: Reading, arrays: ArrayReader, level: float) -> str:
    return compared(before, after, arrays, level)[0]


BEFORE = reading(evidence("a", 50))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (50, 10, "better"),
        (50, 90, "worse"),
        (50, 45, "unclear"),
        (50, 50, "same"),
    ],
)
def test_better_or_worse_only_when_the_difference_is_clear(before: int, after: int, expected: str) -> None:
    assert change(reading(evidence("a", before)), reading(evidence("a|on", after)), NOTHING, 0.05) == expected


def test_many_findings_ask_for_a_clearer_difference() -> None:
    before, after = reading(evidence("a", 50)), reading(evidence("a|on", 29))
    assert change(before, after, NOTHING, 0.05) == "better"
    assert change(before, after, NOTHING, 0.05 / 40) == "unclear"


def test_the_same_examples_are_compared_one_by_one() -> None:
    """Nine of a hundred mended and none broken: clear in pairs, and not by the intervals alone."""
    arrays = ArrayReader({"a": {"reached": np.arange(100) < 50}, "a|on": {"reached": np.arange(100) < 41}}.__getitem__)
    before, after = reading(evidence("a", 50)), reading(evidence("a|on", 41))
    assert change(before, after, NOTHING, 0.05) == "unclear"
    said, paired = compared(before, after, arrays, 0.05)
    assert said == "better"
    assert paired is not None
    assert (paired.mended, paired.broken, paired.p) == (9, 0, 2 * 0.5**9)


def test_the_p_value_and_what_is_said_never_disagree() -> None:
    """Five mended and none broken: McNemar leaves p = 0.0625."""
    bits = {"a": {"reached": np.arange(100) < 50}, "a|on": {"reached": np.arange(100) < 45}}
    for level, expected in ((0.05, "unclear"), (0.0625, "better")):
        said, paired = compared(
            reading(evidence("a", 50)), reading(evidence("a|on", 45)), ArrayReader(bits.__getitem__), level
        )
        assert paired is not None
        assert (said, paired.p, paired.level) == (expected, 0.0625, level)


@pytest.mark.parametrize(
    "after",
    [
        reading(evidence("b|on", 5)),
        reading(evidence("a|on", 5, version=2)),
        reading(evidence("a|on", 5, flags=("flat_scores",))),
        reading(evidence("a|on", 5, at={"fpr": 0.1})),
        reading(evidence("a|on", 5, at={"norm": "linf", "eps": 0.1})),
        reading(evidence("a|on", 5), harm="other"),
    ],
    ids=["an attack is missing", "another version", "a new doubt", "another rate", "another ball", "another harm"],
)
def test_nothing_is_better_because_less_or_something_else_was_measured(after: Reading) -> None:
    assert change(BEFORE, reading(evidence("a|on", 5)), NOTHING, 0.05) == "better"
    assert change(BEFORE, after, NOTHING, 0.05) == "unclear"


def test_nothing_is_worse_because_an_attack_failed_in_the_first_round() -> None:
    after = reading(evidence("a|on", 50), evidence("b|on", 95))
    assert change(BEFORE, after, NOTHING, 0.05) == "unclear"
    assert change(after, BEFORE, NOTHING, 0.05) == "unclear"
    assert change(reading(evidence("a", 50), evidence("b", 50)), after, NOTHING, 0.05) == "worse"


def trial(name: str, model: str = "m", kind: str = "target", **given: Any) -> Trial:
    subject = Subject.model_validate({"kind": kind, "id": model})
    return Trial(name=name, kind="attack", plugin="p", version=1, subject=subject, **given)


def test_all_trials_of_the_treated_model_run_again_and_no_others() -> None:
    planned = [
        trial("a", answers=("E1@m",), seed=3, params={"eps": 0.1}),
        trial("b", after=("a", "elsewhere")),
        trial("other", model="n"),
        trial("scan", kind="files"),
        trial("control:p", kind="control"),
    ]
    shield = trial("shield@m").model_copy(update={"kind": "defense", "plugin": "output_rounding"})
    second = again(planned, shield)
    assert [t.name for t in second] == ["a|shield@m", "b|shield@m"]
    assert all(t.subject.treatments == ("shield@m",) for t in second)
    assert second[1].after == ("a|shield@m", "elsewhere")
    same = {"params", "seed", "budget", "access", "answers", "examples", "plugin", "version", "kind"}
    assert second[0].model_dump(include=same) == planned[0].model_dump(include=same)


def test_a_limit_of_queries_is_in_the_budget_of_trials_that_ask_through_an_interface() -> None:
    asking = Access(capabilities=(Capability.SCORES,), interface="api")
    inside = Access(capabilities=(Capability.WEIGHTS,))
    planned = [
        trial("evasion", access=asking, budget=Budget(queries_per_example=500)),
        trial("theft", access=asking, budget=Budget(queries=1000)),
        trial("small theft", access=asking, budget=Budget(queries=20)),
        trial("gradients", access=inside, budget=Budget(queries_per_example=500)),
    ]
    limit = {"kind": "defense", "plugin": "query_budget", "params": {"queries": 10, "accounts": 3}}
    second = again(planned, trial("limit@m").model_copy(update=limit))
    spent = [(t.budget.queries_per_example, t.budget.queries) for t in second]
    assert spent == [(30, None), (None, 30), (None, 20), (500, None)]


def test_a_treatment_becomes_a_trial_that_fits_it(stand_ins: Path) -> None:
    treatment = Treatment(
        id="t", defence="none", plugin="stand_in_defense", title="t", status="recommended", params={"k": 1}
    )  # fmt: skip
    made = defence_trial(treatment, "m")
    assert (made.name, made.kind, made.params) == ("stand_in_defense@m", "defense", {"k": 1})
    assert made.subject == Subject(kind="target", id="m")
