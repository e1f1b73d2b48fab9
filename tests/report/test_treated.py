import pytest

from bartizan.core.classwise import Share
from bartizan.report import treated
from bartizan.report.apart import MOST
from bartizan.report.treated import Cell


def plain(text):
    return text.replace("\u202f", " ")


@pytest.fixture
def both(assessment):
    return assessment.treatments[0], {f.id: f for f in assessment.findings}


def test_the_ladder_shows_the_adaptive_rung_beside_the_gradients_before(both):
    (one,) = treated.ladders(*both)
    assert one.findings == ("E2@reader/api",)
    assert "adaptive 72 % before, 19 % after" in plain(one.chart)
    assert "knows the defence reaches 19 % (14 % to 25 %); before, by gradients, 72 %" in plain(one.words)


def test_the_worst_class_may_be_another_one_after(both):
    (moved,) = treated.worst_classes(*both)
    assert plain(moved.before.share) == "1: 13 %"
    assert plain(moved.after.share) == "7: 44 %"
    assert moved.after.rest.startswith("of 70, ")


def test_every_class_with_examples_is_drawn(both):
    (drawn,) = treated.by_class(*both)
    assert (drawn.findings, drawn.words) == (("E2@reader/api",), "under attack")
    assert drawn.chart.count("bar kept") == drawn.chart.count("bar was") == 3


def test_of_many_classes_the_worst_before_are_drawn_and_it_is_said(both):
    treatment, found = both
    first = found["E2@reader/api"].classes
    each = tuple(first.each[0].model_copy(update={"label": 100 + i}) for i in range(40))
    many = {"classes": first.model_copy(update={"each": (*first.each, *each)})}
    measured = treatment.retests[0].measured.model_copy(update=many)
    retest = treatment.retests[0].model_copy(update={"measured": measured})
    findings = {retest.finding: found[retest.finding].model_copy(update=many)}
    (drawn,) = treated.by_class(treatment.model_copy(update={"retests": (retest,)}), findings)
    assert drawn.chart.count("bar kept") == MOST
    assert "the 12 worst before of 43, all in assessment.json" in drawn.words


def test_two_conditions_are_named_each(both):
    treatment, found = both
    first = found["H2@reader"]
    after = treatment.retests[0].measured.classes.model_copy(update={"under": "skew"})
    retest = treatment.retests[0].model_copy(update={"finding": first.id})
    retest = retest.model_copy(update={"measured": retest.measured.model_copy(update={"classes": after})})
    on = treatment.model_copy(update={"retests": (retest,)})
    (drawn,), (moved,) = treated.by_class(on, found), treated.worst_classes(on, found)
    assert drawn.words == "under scan noise, then under skew"
    assert (moved.before.rest.split(", ")[-1], moved.after.rest.split(", ")[-1]) == ("under scan noise", "under skew")


def test_precision_and_recall_stand_before_and_after_and_nothing_of_nothing_is_said(both):
    ((precision, recall),) = treated.operating_points(*both)
    assert precision.before == Cell("none of none")
    assert plain(precision.after.share) == "49 %"
    assert (plain(recall.before.share), plain(recall.after.share)) == ("13 %", "56 %")
    assert treated.positive(*both) == "class 1"


def test_what_was_not_told_apart_on_both_sides_is_left_out(both):
    treatment, found = both
    untold = {id: f.model_copy(update={"classes": None, "operating_point": None}) for id, f in found.items()}
    for what in (treated.worst_classes, treated.by_class, treated.operating_points):
        assert what(treatment, untold) == []
        assert what(treatment, {}) == []
    assert treated.positive(treatment, untold) == ""


def test_a_share_is_said_with_what_it_is_of():
    said = treated.cell(Share(value=0.125, low=0.05, high=0.24, n=40))
    assert (plain(said.share), plain(said.rest)) == ("12 %", "of 40, 5 % to 24 %")
