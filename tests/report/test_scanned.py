"""File verdicts as JSON and SARIF, held against what the standard says of the objects that are written.

The schema here is our own short wording of sections 3.14 to 3.51 of SARIF 2.1.0 for those objects; whoever has the
committee's own schema can point BARTIZAN_SARIF_SCHEMA at it, and the log is held against that as well.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bartizan.formats.model_scan import FileReport
from bartizan.formats.sniff import FileKind
from bartizan.formats.verdict import RULES, Reason
from bartizan.report.scanned import as_json, as_sarif

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}


def _closed(required: list[str], **properties: Any) -> dict[str, Any]:
    bag = {"properties": {"type": "object"}}
    return {"type": "object", "required": required, "additionalProperties": False, "properties": {**bag, **properties}}


RULE = _closed(
    ["id"], id={"type": "string"}, name={"type": "string"}, shortDescription=TEXT, help=TEXT,
    defaultConfiguration=_closed([], level=LEVEL),
)  # fmt: skip
PHYSICAL = _closed(
    ["artifactLocation"],
    artifactLocation=_closed([], uri={"type": "string", "format": "uri-reference", "pattern": r"^[!-~]+$"}),
    region=_closed([], byteOffset={"type": "integer", "minimum": -1}, byteLength={"type": "integer", "minimum": 0}),
)
LOGICAL = _closed([], fullyQualifiedName={"type": "string"}, kind={"type": "string"})
LOCATION = _closed([], physicalLocation=PHYSICAL, logicalLocations={"type": "array", "items": LOGICAL})
RESULT = _closed(
    ["message"], ruleId={"type": "string"}, ruleIndex={"type": "integer", "minimum": 0}, level=LEVEL, message=TEXT,
    locations={"type": "array", "items": LOCATION},
)  # fmt: skip
DRIVER = _closed(
    ["name"], name={"type": "string"}, semanticVersion={"type": "string"}, rules={"items": RULE, "uniqueItems": True}
)
RUN = _closed(
    ["tool"], tool=_closed(["driver"], driver=DRIVER), results={"type": "array", "items": RESULT},
    invocations={"items": _closed(
        ["executionSuccessful"], executionSuccessful={"type": "boolean"},
        toolExecutionNotifications={"type": "array", "items": _closed(["message"], message=TEXT, level=LEVEL)},
    )},
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
)  # fmt: skip
LOG = _closed(
    ["version", "runs"],
    version={"const": "2.1.0"},
    runs={"type": "array", "items": RUN},
    **{"$schema": {"type": "string"}},
)

REPORTS = [
    FileReport(
        Path("models/a b[1]é\n.pkl"), FileKind.PICKLE, tuple(Reason(r, f"it does {r}", 7, "x/data.pkl") for r in RULES)
    ),
    FileReport(Path(os.fsdecode(b"/m/\xff.pt")), FileKind.TORCH, (Reason("broken", "it is cut off", 3),)),
]


def _log() -> dict[str, Any]:
    log = as_sarif(REPORTS, version="0.1.0", counts={"malicious": 1, "needs review": 1, "approved": 3})
    return json.loads(json.dumps(log))  # type: ignore[no-any-return]


def test_the_log_is_what_the_standard_asks_for() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(_log(), LOG)
    broken = _log()
    broken["runs"][0]["results"][0]["level"] = "grave"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, LOG)
    if "BARTIZAN_SARIF_SCHEMA" in os.environ:
        schema = json.loads(Path(os.environ["BARTIZAN_SARIF_SCHEMA"]).read_text())
        jsonschema.Draft4Validator(schema).validate(_log())


def test_every_result_points_at_its_rule_and_says_what_to_do() -> None:
    run = _log()["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(RULES) + 1
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert RULES[result["ruleId"]].remedy in result["message"]["text"]


def test_names_that_are_no_text_can_be_written() -> None:
    assert as_json(REPORTS[1])["path"] == "/m/\\udcff.pt"
    assert (
        _log()["runs"][0]["results"][-1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "/m/%FF.pt"
    )
    assert "\n" not in as_json(REPORTS[0])["path"]


def test_a_byte_in_a_member_is_no_byte_of_the_archive() -> None:
    first, *_, last = _log()["runs"][0]["results"]
    assert "region" not in first["locations"][0]["physicalLocation"]
    assert "(in x/data.pkl, byte 7)" in first["message"]["text"]
    assert last["locations"][0]["physicalLocation"]["region"]["byteOffset"] == 3


def test_what_is_left_out_is_told_by_verdict() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    log = as_sarif(REPORTS, version="0.1.0", counts={}, left_out={"malicious": 1_002, "needs review": 1})
    jsonschema.validate(json.loads(json.dumps(log)), LOG)
    told = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert [t["level"] for t in told] == ["error", "warning"]
    assert "'malicious', 1,002 more" in told[0]["message"]["text"]
    assert _log()["runs"][0]["invocations"] == [{"executionSuccessful": True}]
