import json
from typing import Any

import pytest

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader
from bartizan.report.exporters.assessment_json import AssessmentJson

# What other tools rely on, at the place where they look for it. A name that is missing here was promised and is gone.
PROMISED = {
    "": "schema_version tool system exposures threats vulnerabilities plan evidence findings treatments",
    "findings": "id threat_class verdict tolerance scope severity confidence rate tries sensitivity knowledge evidence"
    " flags rank",
    "findings.rate": "estimand value low high n method",
    "findings.tries": "unit median low high censored_at n",
    "findings.sensitivity": "unit q10 q50 q90 n",
    "findings.knowledge": "access rate",
    "findings.classes": "each worst method under evidence",
    "findings.classes.each": "label name clean attacked",
    "findings.classes.each.clean": "value low high n",
    "findings.classes.each.attacked": "value low high n",
    "findings.operating_point": "positive precision recall aimed rule method under evidence",
    "findings.operating_point.precision": "clean attacked",
    "findings.operating_point.recall.attacked": "value low high n",
    "treatments": "id defence plugin title status reason for_findings costs retests",
    "treatments.retests": "finding before after change paired measured",
    "treatments.retests.measured": "tries sensitivity knowledge classes operating_point",
    "treatments.retests.measured.knowledge": "access rate low high",
    "treatments.retests.measured.classes.each.attacked": "value low high n",
    "treatments.retests.paired": "n mended broken p adjusted level before after",
    "evidence": "id trial outcome measurements flags cost",
    "evidence.trial": "attack version target dataset access params budget seed",
    "evidence.measurements": "estimand unit n method value low high",
    "evidence.cost": "queries forwards backwards",
}


def at(value: Any, path: str) -> list[Any]:
    """Every value found at a path of keys, through lists, those that are null left out."""
    found = [value]
    for key in filter(None, path.split(".")):
        found = [v[key] for v in found]
        found = [one for v in found for one in (v if isinstance(v, list) else [v]) if one is not None]
    return found


@pytest.mark.parametrize(("path", "names"), PROMISED.items(), ids=lambda v: v or "top level")
def test_the_promised_names_are_there(assessment, path, names):
    places = at(json.loads(AssessmentJson().export(assessment, ArrayReader())), path)
    assert places
    assert all(set(names.split()) <= set(place) for place in places)


def test_a_trial_says_what_attacked_what_on_what(assessment):
    trials = at(json.loads(AssessmentJson().export(assessment, ArrayReader())), "evidence.trial")
    assert all(t["attack"] == t["plugin"] for t in trials)
    assert all(t["target"] == t["subject"]["id"] for t in trials if t["subject"]["kind"] == "target")
    assert {t["dataset"] for t in trials if t["subject"]["kind"] == "target"} == {"test"}


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
