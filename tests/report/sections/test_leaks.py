from bartizan.core.contracts import ArrayReader
from bartizan.report.sections.leaks import Leaks


def shown(assessment):
    return Leaks().context(assessment, ArrayReader())


def test_each_leak_is_drawn_against_accuracy(assessment):
    chart = shown(assessment)["chart"]
    for name in ("D1@train/api: members told", "D1@train/api: area", "X1@reader/api: copy agrees"):
        assert f">{name}<" in chart
    assert chart.count('class="mark') == 3


def test_nothing_measured_is_said_and_not_drawn(empty):
    context = shown(empty)
    assert (context["table"].rows, context["chart"]) == ((), "")
