import pytest

from bartizan.attacks.evasion.params import within, worth_testing
from bartizan.core.profile import NotApplicable, Profile


def test_the_gates_come_first_and_other_norms_are_left_out():
    profile = Profile(model="m", norms=(("l2", 1.5), ("linf", 0.1), ("l1", 3)))
    assert worth_testing(profile, ("linf", "l2")) == [("l2", 1.5), ("linf", 0.1)]
    assert worth_testing(profile, ("linf",)) == [("linf", 0.1)]


def test_nothing_asked_means_the_radii_of_the_leaderboards_in_units_of_the_range():
    found = dict(worth_testing(Profile(model="m", bounds=(0.0, 255.0)), ("linf", "l2")))
    assert found["linf"] == pytest.approx(8)


def test_only_other_norms_is_no_fit():
    with pytest.raises(NotApplicable, match="asks for l1"):
        worth_testing(Profile(model="m", norms=(("l1", 3),)), ("linf",))


def test_no_more_queries_than_the_interface_allows():
    assert within(Profile(model="m", queries=10), 50) == 10
    assert within(Profile(model="m"), 50) == 50
