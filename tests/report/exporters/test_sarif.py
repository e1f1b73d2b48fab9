import json

import pytest

from bartizan.core.contracts import ArrayReader
from bartizan.report.exporters.sarif import Sarif


def export(assessment):
    return json.loads(Sarif().export(assessment, ArrayReader()))


@pytest.fixture
def run(assessment):
    return export(assessment)["runs"][0]


def test_the_frame_is_sarif_2_1_0(assessment):
    log = export(assessment)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    assert len(log["runs"]) == 1
    assert log["runs"][0]["tool"]["driver"]["name"] == "bartizan"


def test_every_finding_is_one_result_under_its_rule(run, assessment):
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(assessment.findings)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
    for rule in rules:
        assert rule["help"]["text"]
        assert rule["shortDescription"]["text"]


def test_kinds_and_levels_agree_with_the_standard(run):
    """Section 3.27.10: only a failure has a level other than none."""
    for result in run["results"]:
        assert result["kind"] in {"fail", "pass", "open"}
        assert (result["level"] == "none") == (result["kind"] != "fail")


def by_finding(run):
    return {r["properties"]["finding"]: r for r in run["results"]}


def test_severity_becomes_the_level(run):
    found = by_finding(run)
    assert found["E2@reader/api"]["level"] == "error"
    assert found["D1@train/api"]["kind"] == "pass"
    assert found["E3@reader"]["kind"] == "open"


def test_findings_are_anchored_at_their_own_line_or_at_their_asset(run):
    found = by_finding(run)

    def line(id):
        return found[id]["locations"][0]["physicalLocation"]["region"]["startLine"]

    assert (line("E1@reader"), line("E2@reader/api"), line("P1@reader")) == (33, 31, 31)
    place = found["E2@reader/api"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "system.yaml"
    assert place["region"]["startColumn"] == 7


def test_the_interface_is_a_related_location(run):
    found = by_finding(run)
    (related,) = found["E2@reader/api"]["relatedLocations"]
    assert related["physicalLocation"]["region"]["startLine"] == 52
    assert "'api'" in related["message"]["text"]
    assert found["P1@reader"]["relatedLocations"] == []


def test_every_file_is_relative_to_a_base_that_is_declared(run):
    places = [loc["physicalLocation"] for r in run["results"] for loc in r["locations"] if "physicalLocation" in loc]
    assert places
    assert {p["artifactLocation"]["uriBaseId"] for p in places} == set(run["originalUriBaseIds"])


def test_a_hazard_is_no_matter_of_security(run):
    tags = {rule["id"]: rule["properties"]["tags"] for rule in run["tool"]["driver"]["rules"]}
    assert tags["H1"][0] == "safety"
    assert tags["E1"][0] == "security"


def test_help_leads_to_the_page_of_atlas(run):
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules["E2"]["helpUri"].startswith("https://atlas.mitre.org/techniques/AML.T0")


def test_a_finding_without_a_position_keeps_its_logical_place(run):
    (location,) = by_finding(run)["B3@host"]["locations"]
    assert "physicalLocation" not in location
    assert location["logicalLocations"] == [{"fullyQualifiedName": "host"}]


def test_fingerprints_differ_between_findings_and_outlive_a_moved_line(changed, run):
    prints = [r["partialFingerprints"]["findingId/v1"] for r in run["results"]]
    assert len(set(prints)) == len(prints)
    moved = export(changed(positions={"reader": "other.yaml:99:1"}))["runs"][0]
    assert [r["partialFingerprints"]["findingId/v1"] for r in moved["results"]] == prints


def test_what_is_open_is_announced_as_a_warning(run):
    notices = run["invocations"][0]["toolExecutionNotifications"]
    assert {n["level"] for n in notices} == {"warning"}
    assert sum(" is untested: " in n["message"]["text"] for n in notices) == 3
    assert sum(" is inconclusive: " in n["message"]["text"] for n in notices) == 2


def test_an_accepted_risk_is_a_suppression_with_its_reason(run):
    (suppression,) = by_finding(run)["E1@reader"]["suppressions"]
    assert suppression["kind"] == "external"
    assert "head of payments" in suppression["justification"]


def test_windows_paths_and_spaces_are_fit_for_a_uri(changed):
    run = export(changed(positions={"reader": "C:\\my files\\system.yaml:3:1"}))["runs"][0]
    place = by_finding(run)["P1@reader"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "C:/my%20files/system.yaml"


def test_nothing_known_is_an_empty_list_of_results(empty):
    assert export(empty)["runs"][0]["results"] == []


def test_what_was_measured_stands_in_the_properties_as_in_the_assessment(run, assessment):
    found, finding = by_finding(run)["E2@reader/api"]["properties"], assessment.findings[0]
    whole = finding.model_dump(mode="json")
    assert found["rate"] == whole["rate"]
    assert [(r["access"], r["rate"]) for r in found["knowledge"]] == [
        ("labels", 0.34),
        ("scores", 0.615),
        ("logits", 0.72),
    ]
    assert found["classes"]["worst"] == 1
    assert found["classes"]["each"] == whole["classes"]["each"]
    assert found["operating_point"]["precision"]["attacked"]["value"] is None


def test_what_each_treatment_did_stands_there_too(run):
    first, second = by_finding(run)["E2@reader/api"]["properties"]["treatments"]
    assert (first["id"], first["change"], first["after"]["value"]) == ("T1", "better", 0.14)
    assert {k: first["paired"][k] for k in ("mended", "broken", "p", "n")} == {
        "mended": 99,
        "broken": 4,
        "p": 1e-24,
        "n": 200,
    }
    assert first["measured"]["knowledge"][-1]["access"] == "adaptive"
    assert first["measured"]["classes"]["worst"] == 7
    assert first["measured"]["operating_point"]["recall"]["attacked"]["n"] == 70
    assert not {"paired", "measured"} & set(second)


def test_what_nobody_measured_is_left_out_and_not_called_zero(run):
    found = by_finding(run)["B3@host"]["properties"]
    assert not {"rate", "knowledge", "classes", "operating_point", "treatments"} & set(found)
    assert found["tolerance"] == 0.05
