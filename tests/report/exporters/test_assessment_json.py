import json

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader
from bartizan.report.exporters.assessment_json import AssessmentJson

PROMISED = {
    *("schema_version", "tool", "system", "exposures", "threats"),
    *("vulnerabilities", "plan", "evidence", "findings", "treatments"),
}
FINDING = (
    "id threat_class verdict tolerance scope severity confidence rate tries sensitivity knowledge evidence flags rank"
)


def test_the_promised_names_are_there(assessment):
    value = json.loads(AssessmentJson().export(assessment, ArrayReader()))
    assert set(value) >= PROMISED
    assert {"gates", "layers", "residual", "clock"} <= set(value)
    assert all(set(FINDING.split()) <= set(f) for f in value["findings"])
    assert set(value["findings"][0]["tries"]) == {
        *("unit", "median", "low", "high", "censored_at", "n", "within", "first")
    }
    assert set(value["findings"][0]["rate"]) == {"estimand", "value", "low", "high", "n", "method", "points"}


def test_what_is_written_reads_back_equal(assessment):
    assert Assessment.from_json(AssessmentJson().export(assessment, ArrayReader())) == assessment


def test_keys_are_sorted_and_the_text_ends_in_one_newline(assessment):
    text = AssessmentJson().export(assessment, ArrayReader())
    value = json.loads(text)
    assert text == json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def test_only_the_clock_differs_between_two_runs(changed):
    one, two = (json.loads(AssessmentJson().export(changed(clock={"s": s}), ArrayReader())) for s in (1, 2))
    assert one.pop("clock") != two.pop("clock")
    assert one == two
