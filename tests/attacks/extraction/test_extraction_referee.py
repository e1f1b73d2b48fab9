from dataclasses import replace

import numpy as np
import pytest

from bartizan.attacks.extraction.controls import cube, extraction_controls, linear_target
from bartizan.attacks.extraction.referee import ExtractionReferee
from bartizan.attacks.extraction.soft_label import SoftLabelExtraction, SoftLabelParams
from bartizan.core.artifact import Artifact, Measured
from bartizan.core.contracts import Control
from bartizan.core.data import Data, Roles
from bartizan.core.target import Target
from bartizan.core.view import grant

CONTROLS = {c.kind: c for c in reversed(SoftLabelExtraction.controls())}


def stolen(control: Control, target: Target, roles: Roles) -> Artifact:
    view = grant(target, control.access, control.budget, roles)
    artifact = SoftLabelExtraction().run(view, params=SoftLabelParams(**control.params), seed=0)
    return replace(artifact, watched=view.watched())


def judge(control: Control) -> Measured:
    params = SoftLabelParams(**control.params)
    target, roles = control.target(), control.roles()
    artifact = stolen(control, target, roles)
    return ExtractionReferee().measure(target, roles, artifact, params=params, seed=1)


@pytest.fixture(scope="module")
def linear() -> Measured:
    return judge(CONTROLS["positive"])


def test_a_linear_model_is_copied(linear: Measured) -> None:
    first = linear.measurements[0]
    assert (first.estimand, first.at) == ("fidelity", {"queries": 200})
    assert first.low > CONTROLS["positive"].threshold
    assert linear.flags == ()


def test_answers_without_pattern_are_not_and_the_referee_says_so() -> None:
    measured = judge(CONTROLS["negative"])
    assert measured.measurements[0].value <= CONTROLS["negative"].threshold
    assert [f.id for f in measured.flags] == ["surrogate_no_better_than_own_labels"]


def test_every_point_has_its_fidelity_and_accuracy(linear: Measured) -> None:
    seen = [(m.estimand, m.at["queries"]) for m in linear.measurements if "queries" in m.at]
    assert seen == [
        *(("fidelity", 200), ("surrogate_accuracy", 200), ("fidelity", 50), ("surrogate_accuracy", 50)),
        ("baseline_fidelity", 0),
    ]


def test_it_is_said_who_would_have_noticed(linear: Measured) -> None:
    found = [m for m in linear.measurements if m.estimand == "stolen_unnoticed" and m.at["thief"] == "in the open"]
    assert {m.at["detector"] for m in found} == {"distribution test", "near duplicates", "query budget"}
    assert {m.n for m in found} == {200}


def test_the_arrays_agree_with_the_curve(linear: Measured) -> None:
    assert linear.arrays["reached"].mean() == pytest.approx(linear.measurements[0].value)


def test_queries_make_one_copy_and_are_not_tries_on_single_examples(linear: Measured) -> None:
    assert "tries" not in linear.arrays


def test_a_claim_counts_for_nothing() -> None:
    """The artifact of a student trained on another target scores by what it does, not by what it says."""
    control = CONTROLS["positive"]
    params = SoftLabelParams(**control.params)
    stranger = next(c for c in extraction_controls(control.params) if c.kind == "negative").target()
    artifact = stolen(control, stranger, cube())
    measured = ExtractionReferee().measure(linear_target(), cube(), artifact, params=params, seed=1)
    assert measured.measurements[0].value < 0.5


def test_a_student_that_answers_with_nan_agrees_nowhere() -> None:
    control = CONTROLS["positive"]
    params = SoftLabelParams(**control.params)
    target = linear_target()
    roles = Roles(probe=Data.of(cube().probe.x[:50], cube().probe.y[:50]))
    artifact = stolen(control, target, roles)
    artifact.arrays["6.bias" if "6.bias" in artifact.arrays else "2.bias"] *= np.nan
    measured = ExtractionReferee().measure(target, roles, artifact, params=params, seed=1)
    assert measured.measurements[0].value == 0
    assert all(m.estimand != "baseline_fidelity" for m in measured.measurements)


@pytest.mark.parametrize("points", [[1], [50, 201], [200, 50], [0, 200], [50, 50, 200], []])
def test_the_curve_ends_at_what_was_metered(points: list[int]) -> None:
    control = CONTROLS["positive"]
    artifact = stolen(control, linear_target(), cube())
    students = {f"at_{n}.{k}": v for n in points for k, v in artifact.arrays.items() if k[0].isdigit()}
    lying = replace(artifact, arrays={**artifact.arrays, **students, "points": np.array(points, np.int64)})
    with pytest.raises(ValueError, match=r"curve"):
        ExtractionReferee().measure(
            linear_target(), cube(), lying, params=SoftLabelParams(**control.params), seed=1
        )  # fmt: skip


def test_only_the_last_number_of_queries_is_more_than_a_word(linear: Measured) -> None:
    stated = {m.at["queries"]: "as the attack states it" in m.method for m in linear.measurements if "queries" in m.at}
    assert stated == {200: False, 50: True, 0: False}
