import numpy as np

from bartizan.core.contracts import ArrayReader
from bartizan.report.examples import examples


def evidence(assessment):
    return [next(e for e in assessment.evidence if e.trial.plugin == "square")]


def test_images_show_original_change_and_attacked(assessment, arrays):
    found = examples(evidence(assessment), arrays, ())
    assert len(found.items) == 4
    assert len({found.items[0].original, found.items[0].change, found.items[0].changed}) == 3
    assert (found.items[0].label, found.items[0].after) == ("1", "7")
    assert found.largest == "0.1"


def test_rows_of_a_table_show_only_what_changed_the_most_first(assessment):
    a = np.array([[1.0, 2.0, 3.0]], np.float32)
    kept = {"example_original": a, "example_changed": a + np.array([[0.5, 0.0, -2.0]], np.float32)}
    found = examples(evidence(assessment), ArrayReader(lambda _: kept), ("age", "sum"))
    assert found.items[0].features == (("feature 2", "3", "1"), ("age", "1", "1.5"))
    assert found.items[0].after == "?"


def test_what_the_world_did_is_changed_and_not_attacked(assessment):
    image = np.zeros((1, 1, 4, 4), np.float32)
    kept = ArrayReader(lambda _: {"example_original": image, "example_changed": image + 1})
    hazard = [next(e for e in assessment.evidence if e.trial.kind == "hazard")]
    assert examples(hazard, kept, ()).verb == "changed"
    assert examples(evidence(assessment), kept, ()).verb == "attacked"


def test_no_arrays_no_examples(assessment):
    assert examples(evidence(assessment), ArrayReader(), ()) is None


def test_not_a_number_does_not_break_a_picture(assessment):
    a = np.full((1, 1, 4, 4), np.nan, np.float32)
    kept = {"example_original": np.zeros_like(a), "example_changed": a}
    assert examples(evidence(assessment), ArrayReader(lambda _: kept), ()) is not None
