"""SARIF 2.1.0: findings where code-scanning tools and editors show them, at the line of the asset they are about.

OASIS Standard, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, sections 3.14 to 3.49.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Exporter, PluginSpec
from bartizan.core.finding import Finding
from bartizan.core.vocabulary import ThreatClass, Verdict
from bartizan.report import facts, wording
from bartizan.report.properties import properties

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
KINDS = {Verdict.EXPLOITED: "fail", Verdict.RESISTED: "pass", Verdict.INCONCLUSIVE: "open", Verdict.UNTESTED: "open"}
ATLAS = "https://atlas.mitre.org/techniques/"
BASE = "DESCRIPTION"  # the folder that the description lies in, which only whoever reads the log knows
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}


class Sarif(Exporter):
    """A result for every finding. The standard allows a level only to failures, so what is inconclusive or untested is
    also announced as a warning of the run: no viewer may pass over it in silence. What was measured, and measured again
    after each treatment, stands in the properties of a result under the names of `assessment.json`."""

    spec = PluginSpec(id="sarif", title="SARIF 2.1.0", summary="Findings for code-scanning tools and editors.")
    suffix: ClassVar[str] = ".sarif"

    def export(self, assessment: Assessment, arrays: ArrayReader) -> str:
        """The JSON text, keys sorted."""
        log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(assessment)]}
        return json.dumps(log, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _run(assessment: Assessment) -> dict[str, Any]:
    found = wording.in_order(assessment.findings)
    techniques = sorted({f.technique for f in found})
    driver: dict[str, Any] = {
        "name": assessment.tool.get("name", "bartizan"),
        "rules": [_rule(t, [f for f in found if f.technique == t]) for t in techniques],
    }
    if assessment.tool.get("version"):
        driver["semanticVersion"] = assessment.tool["version"]
    return {
        "tool": {"driver": driver},
        "results": [_result(f, techniques.index(f.technique), assessment) for f in found],
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notices(found)}],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"description": {"text": "The folder of the description of the system."}}},
        "properties": {"system": str(assessment.system.get("name", ""))},
    }


def _rule(technique: str, findings: list[Finding]) -> dict[str, Any]:
    entry = facts.technique(technique)
    name = entry.name if entry else findings[0].title
    summary = entry.summary if entry else findings[0].title
    worst = min(findings, key=lambda f: wording.SEVERITIES.index(f.severity))
    also = [*facts.numbering(technique), findings[0].threat_class.value]
    return {
        "id": technique,
        **_help_uri(entry.atlas if entry else ()),
        "name": name,
        "shortDescription": {"text": name},
        "fullDescription": {"text": summary},
        "help": {"text": f"{summary}\nRun `bartizan explain {technique}` for what it needs and what answers it."},
        "defaultConfiguration": {"level": LEVELS[worst.severity]},
        "properties": {"tags": [_subject(findings[0]), *also], "security-severity": SCORES[worst.severity]},
    }


def _help_uri(atlas: Iterable[str]) -> dict[str, str]:
    """Where MITRE ATLAS describes the technique; a technique it does not know has no page."""
    return next(({"helpUri": ATLAS + id} for id in atlas if id.startswith("AML.T0")), {})


def _subject(finding: Finding) -> str:
    """What a technique threatens: a hazard has no intent, so it is no matter of security."""
    return "safety" if finding.threat_class is ThreatClass.HAZARD else "security"


def _result(finding: Finding, rule: int, assessment: Assessment) -> dict[str, Any]:
    failed = finding.verdict == Verdict.EXPLOITED
    result: dict[str, Any] = {
        "ruleId": finding.technique,
        "ruleIndex": rule,
        "kind": KINDS[finding.verdict],
        "level": LEVELS[finding.severity] if failed else "none",
        "message": {"text": f"{wording.capital(finding.verdict)}: {wording.sentence(finding, assessment.evidence)}"},
        "locations": [_location(finding, assessment.positions)],
        "relatedLocations": _related(finding, assessment.positions),
        "partialFingerprints": {"findingId/v1": hashlib.sha256(finding.id.encode()).hexdigest()},
        "properties": {
            "finding": finding.id,
            "verdict": str(finding.verdict),
            "severity": finding.severity,
            "confidence": str(finding.confidence),
            "flags": list(finding.flags),
            **properties(finding, assessment),
        },
    }
    if finding.accepted:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": finding.accepted}]
    return result


def _location(finding: Finding, positions: Mapping[str, str]) -> dict[str, Any]:
    """The line of the asset, or of the finding itself where the description has one."""
    logical = {"fullyQualifiedName": f"{finding.asset}/{finding.interface}" if finding.interface else finding.asset}
    location: dict[str, Any] = {"logicalLocations": [logical]}
    place = next((positions[k] for k in (finding.id, finding.asset) if k in positions), None)
    if place is not None:
        location["physicalLocation"] = _physical(place)
    return location


def _related(finding: Finding, positions: Mapping[str, str]) -> list[dict[str, Any]]:
    """The interface that the asset is reached through."""
    if finding.interface is None or finding.interface not in positions:
        return []
    said = {"text": f"Reached through the interface '{finding.interface}'."}
    return [{"id": 0, "message": said, "physicalLocation": _physical(positions[finding.interface])}]


def _physical(place: str) -> dict[str, Any]:
    """`file:line:column` as SARIF says it; the file is relative to wherever the description lies."""
    file, line, column = place.rsplit(":", 2)
    return {
        "artifactLocation": {"uri": file.replace("\\", "/").replace(" ", "%20"), "uriBaseId": BASE},
        "region": {"startLine": int(line), "startColumn": int(column)},
    }


def _notices(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {"level": "warning", "message": {"text": f"{f.id} is {f.verdict}: {wording.reason(f)}"}}
        for f in findings
        if f.verdict in (Verdict.INCONCLUSIVE, Verdict.UNTESTED)
    ]
