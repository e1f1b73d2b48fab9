from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.finding import Rate
from bartizan.report.sections.treatments import Treatments, accuracy_change


def share(estimand, value, **at):
    return Measurement(estimand=estimand, unit="share", n=100, method="m", value=value, low=value, high=value, at=at)


def test_the_cost_in_accuracy_is_read_in_both_forms():
    assert accuracy_change([share("clean_accuracy_change", -0.02)]) == -0.02
    pair = [share("accuracy", 0.96, when="before"), share("accuracy", 0.91, when="after")]
    assert round(accuracy_change(pair), 6) == -0.05
    assert accuracy_change([share("recall", 0.9, when="after")]) is None


def test_before_and_after_share_a_row_and_classes_do_not(assessment, changed):
    costs = tuple(
        share("recall", v, when=w, **{"class": c}) for c in (1, 7) for w, v in (("before", 0.9), ("after", 0.8))
    )
    first = assessment.treatments[0].model_copy(update={"costs": costs})
    (block,) = Treatments().context(changed(treatments=(first,)), ArrayReader())["blocks"]
    assert [r["name"] for r in block["costs"]] == ["recall (class 1)", "recall (class 7)"]
    assert {r["change"].replace("\u202f", " ") for r in block["costs"]} == {"−10.0 points"}


def test_what_got_worse_comes_first(assessment):
    block = Treatments().context(assessment, ArrayReader())["blocks"][0]
    assert block["worse"] == ["D1@train/api"]
    assert block["retests"][0][0].change == "worse"


def test_latency_is_read_from_the_clock(assessment, changed):
    first = assessment.treatments[0].model_copy(update={"evidence": ("k",), "costs": ()})
    clock = {"evidence": {"k": {"latency_before": {"p50": 0.001}, "latency_after": {"p50": 0.0015}}}}
    (block,) = Treatments().context(changed(treatments=(first,), clock=clock), ArrayReader())["blocks"]
    (row,) = block["costs"]
    assert (row["before"], row["after"], row["change"]) == ("1 ms", "1.5 ms", "+0.5 ms")


def test_few_retrainings_are_counted_and_called_too_few(assessment, changed):
    few = {"estimand": "goal_reached", "n": 2, "low": 0.0, "high": 1.0, "method": "m"}
    first = assessment.treatments[0]
    retest = first.retests[0].model_copy(
        update={"before": Rate(value=1.0, **few), "after": Rate(value=0.0, **few), "change": "unclear"}
    )
    context = Treatments().context(
        changed(treatments=(first.model_copy(update={"retests": (retest,)}),)), ArrayReader()
    )
    ((_, said, _),) = context["blocks"][0]["retests"]
    assert said == ("2 of 2 retrainings", "0 of 2 retrainings", True)


def test_recommended_treatments_are_listed_but_not_plotted(assessment):
    context = Treatments().context(assessment, ArrayReader())
    assert len(context["blocks"]) == 5
    assert context["chart"].count('class="mark') == 4
    assert "D1@train/api" not in context["chart"]  # leaks have a section of their own


def test_what_lies_behind_the_rates_is_shown_for_what_was_tested_again(assessment):
    first, second, *_ = Treatments().context(assessment, ArrayReader())["blocks"]
    assert [len(first[k]) for k in ("ladders", "worst_classes", "by_class", "operating_points")] == [1, 1, 1, 1]
    assert not any(second[k] for k in ("ladders", "worst_classes", "by_class", "operating_points"))
