import copy

import numpy as np
import pytest

from bartizan.core.contracts import ArrayReader
from bartizan.report.redact import WITHHELD, redacted, sensitive_data
from bartizan.report.render import render


def described(changed, sensitivity):
    from bartizan.core.assessment import Assessment

    base: Assessment = changed()
    system = copy.deepcopy(base.system)
    system["assets"]["data"][1]["sensitivity"] = sensitivity
    return changed(system=system)


@pytest.mark.parametrize("sensitivity", ["personal", "secret"])
def test_examples_of_personal_or_secret_data_are_withheld(changed, arrays, sensitivity):
    page = render(described(changed, sensitivity), arrays)
    assert "data:image/png" not in page
    assert "marks test as personal or secret data" in page
    assert "Examples exist and are withheld" in page


def test_they_are_shown_when_asked_for(changed, arrays):
    page = render(described(changed, "personal"), arrays, show_personal=True)
    assert "data:image/png" in page
    assert "withheld" not in page


@pytest.mark.parametrize("sensitivity", ["none", "pseudonymised", "unknown"])
def test_other_data_are_shown(changed, arrays, sensitivity):
    assert "data:image/png" in render(described(changed, sensitivity), arrays)


def test_the_curves_remain(changed, arrays):
    page = render(described(changed, "secret"), arrays)
    assert "tries (queries)" in page


def test_only_arrays_known_to_hold_no_records_pass():
    kept = {
        name: np.zeros(2)
        for name in ("tries", "reached", "size", "roc_fpr", "exposed_row", "example_record", "example_label", "x")
    }
    shown = redacted(ArrayReader(lambda _: kept))("any")
    assert set(shown) == {"tries", "reached", "size", "roc_fpr", "exposed_row", WITHHELD}


def test_other_arrays_are_dropped_without_a_word():
    assert set(redacted(ArrayReader(lambda _: {"margins": np.zeros(2)}))("any")) == set()


def test_nothing_withheld_is_not_announced():
    assert WITHHELD not in redacted(ArrayReader(lambda _: {"tries": np.zeros(2)}))("any")


def test_a_system_without_data_is_not_sensitive(empty):
    assert sensitive_data(empty) == ()
