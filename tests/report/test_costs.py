import pytest

from bartizan.core.artifact import Measurement
from bartizan.report.costs import accuracy_after, accuracy_before, accuracy_change


def cost(estimand, value, **at):
    return Measurement(estimand=estimand, unit="share", n=9, method="m", value=value, low=value, high=value, at=at)


def test_before_and_after_make_the_change():
    both = [cost("accuracy", 0.9, when="before"), cost("accuracy", 0.8, when="after")]
    assert accuracy_change(both) == pytest.approx(-0.1)
    assert (accuracy_before(both).value, accuracy_after(both).value) == (0.9, 0.8)


def test_a_change_that_was_measured_goes_first():
    assert accuracy_change([cost("clean_accuracy_change", -0.02), cost("accuracy", 0.9, when="before")]) == -0.02


def test_nothing_measured_is_no_change():
    assert accuracy_change([cost("accuracy", 0.9, when="before")]) is None
