import pytest

from bartizan.core.classwise import Share
from bartizan.report.apart import apart, worst
from bartizan.report.charts.shifts import Row, shift_bars


def of(assessment, id):
    return next(f for f in assessment.findings if f.id == id)


def plain(text):
    return text.replace("\u202f", " ")


def test_the_worst_class_is_said_with_its_interval_and_that_it_was_picked(assessment):
    classes, _ = apart(of(assessment, "E2@reader/api"), {}, [])
    assert plain(classes.answer).startswith("Worst is 1: 13 % of 70 (0 % to 33 %) right under attack, 97 % clean.")
    assert "for all classes together" in classes.how
    assert classes.chart.count("bar kept") == 3


def test_a_class_nobody_saw_is_named_as_unknown(assessment):
    classes, _ = apart(of(assessment, "E2@reader/api"), {}, [])
    assert "No example, so nothing is known of: 8." in classes.answer
    assert classes.chart.count(">no example<") == 1


def test_classes_as_bad_as_the_worst_are_not_passed_over(assessment):
    found = of(assessment, "E2@reader/api").classes
    same = tuple(c.model_copy(update={"attacked": found.lowest.attacked}) if c.label == 0 else c for c in found.each)
    assert worst(found.model_copy(update={"each": same})).startswith("1 (and 1 no better): ")


def test_a_hazard_names_its_condition_and_is_no_attack(assessment):
    (classes,) = apart(of(assessment, "H2@reader"), {}, [])
    assert "right under scan noise" in classes.answer
    assert "attack" not in classes.answer + classes.chart


def test_none_of_none_is_said_and_never_nan(assessment):
    _, point = apart(of(assessment, "E2@reader/api"), {"floor": {"recall": 0.9}}, ["zero", "one"])
    said = plain(point.answer)
    assert said.startswith("Of what is called one, none of none under attack (nothing is called so) and 94 % clean")
    assert "of what is one, 13 % of 70 (0 % to 33 %) under attack and 97 % clean is found (recall)" in said
    assert "one that aims at this line might do more" in said
    assert point.chart.count('class="limit"') == 1
    assert "nan" not in (point.answer + point.how + point.chart).lower()


def test_of_many_classes_the_worst_are_drawn(assessment):
    found = of(assessment, "E2@reader/api")
    each = tuple(found.classes.each[0].model_copy(update={"label": 100 + i}) for i in range(40))
    many = found.classes.model_copy(update={"each": (*found.classes.each, *each)})
    classes, _ = apart(found.model_copy(update={"classes": many}), {}, [])
    assert "The 12 worst of 44 are drawn" in classes.answer
    assert classes.chart.index(">1</text>") < classes.chart.index(">100</text>")
    assert ">8</text>" not in classes.chart


def test_nothing_is_told_apart_where_nothing_was_kept(assessment):
    assert apart(of(assessment, "E1@reader"), {}, []) == []


@pytest.mark.parametrize(("clean", "then"), [(0.9, 0.2), (0.2, 0.9), (0.0, 0.0), (1.0, 1.0)])
def test_bars_are_what_is_left_and_what_was_lost(clean, then):
    def share(v):
        return Share(value=v, low=0.0, high=1.0, n=9)

    drawn = shift_bars([Row("a class with a long name", share(clean), share(then))], "x")
    assert "a class with …" in drawn
    lost = drawn.split('class="bar lost"')[0].rsplit("<rect", 1)[1]
    assert ('width="0"' in lost) == (then >= clean)
