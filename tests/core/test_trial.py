import json

import pytest
from pydantic import ValidationError

from bartizan.core.trial import Subject, Trial

TREATED = Trial(
    name="n", kind="attack", plugin="square", version=1, dataset="test+train",
    subject=Subject(kind="target", id="reader", treatments=("rounding@reader", "tuning@reader")),
)  # fmt: skip


def test_a_trial_is_written_with_the_names_that_assessment_json_promises() -> None:
    written = json.loads(TREATED.to_json())
    assert (written["attack"], written["dataset"]) == ("square", "test+train")
    assert written["target"] == "reader+rounding@reader+tuning@reader"


def test_what_is_worked_out_is_no_second_truth_when_read_back() -> None:
    written = json.loads(TREATED.to_json()) | {"target": "another", "attack": "another"}
    assert Trial.model_validate(written) == TREATED
    with pytest.raises(ValidationError):
        Trial.model_validate(written | {"victim": "reader"})
