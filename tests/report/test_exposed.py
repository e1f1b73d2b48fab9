import numpy as np

from bartizan.core.contracts import ArrayReader
from bartizan.core.leak import Membership
from bartizan.report.exposed import exposed
from bartizan.report.redact import redacted

FOUND = Membership(told=(), evidence="e")


def reader(**arrays):
    return ArrayReader(lambda id: arrays if id == "e" else {})


def kept(records):
    return {
        "exposed_fpr": np.array([1 / 1251, 0.3]), "exposed_row": np.array([1705, 3]),
        "example_record": records, "example_label": np.array([7, 1]),
    }  # fmt: skip


def test_pictures_with_their_place_and_risk():
    first, last = exposed(FOUND, reader(**kept(np.random.default_rng(0).random((2, 1, 4, 4)))), [])
    assert first.picture.startswith("data:image/png")
    assert (first.place, first.label) == ("record 1\u202f705", "7")
    assert first.risk == "told at one false accusation in 1\u202f251"
    assert last.risk == "told only at 30\u202f% falsely accused"


def test_rows_of_a_table_by_the_names_of_their_features():
    first, _ = exposed(FOUND, reader(**kept(np.arange(16.0).reshape(2, 8))), ["age", "income"])
    assert first.features[:3] == (("age", "0"), ("income", "1"), ("feature 2", "2"))
    assert len(first.features) == 6
    assert first.picture == ""


def test_a_redacted_report_keeps_the_place_and_the_risk_and_nothing_of_the_record():
    shut = redacted(reader(**kept(np.ones((2, 1, 4, 4)))))
    first, _ = exposed(FOUND, shut, [])
    assert (first.place, first.picture, first.features, first.label) == ("record 1\u202f705", "", (), "")


def test_nothing_kept_shows_nothing():
    assert exposed(FOUND, reader(), []) == []
    assert exposed(None, reader(), []) == []
