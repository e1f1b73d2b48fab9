"""File verdicts as other programs read them: JSON, and SARIF 2.1.0 for code-scanning tools."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

from bartizan.formats.model_scan import FileReport
from bartizan.formats.verdict import RULES, Reason, Verdict
from bartizan.report.exporters.sarif import SCHEMA

_LEVELS = {Verdict.MALICIOUS: "error", Verdict.REVIEW: "warning"}
_SCORES = {Verdict.MALICIOUS: "9.5", Verdict.REVIEW: "5.5"}


def shown(path: Path) -> str:
    """A path as it can be printed and stored: what is not printable, or no text, is written as an escape."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(path))


def as_json(report: FileReport) -> dict[str, Any]:
    """One file: path, kind, verdict, and each reason with its place and what to do."""
    return {
        "path": shown(report.path),
        "kind": str(report.kind),
        "verdict": str(report.verdict),
        "reasons": [_reason(r) for r in report.reasons],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "verdict": str(reason.verdict),
        "text": reason.text,
        "offset": reason.offset,
        "member": reason.member,
        "remedy": reason.remedy,
    }


def as_sarif(
    reports: Iterable[FileReport], *, version: str, counts: dict[str, int], left_out: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """A log of one run: a result for each reason against a file, none for files that are approved.

    counts: of all files, by verdict; they stand in the run's properties. left_out: of those that are not approved and
    not among the reports, by verdict; the run says so.
    """
    rules = list(RULES)
    results = [_result(report, reason, rules) for report in reports for reason in report.reasons]
    driver = {"name": "bartizan scan", "semanticVersion": version, "rules": [_rule(r) for r in rules]}
    run = {
        "tool": {"driver": driver},
        "results": results,
        "invocations": [{"executionSuccessful": True, **_notified(left_out or {})}],
        "columnKind": "unicodeCodePoints",
        "properties": {"files": counts},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _notified(left_out: Mapping[str, int]) -> dict[str, Any]:
    told = [
        {
            "level": "error" if verdict == Verdict.MALICIOUS else "warning",
            "message": {"text": f"Results left out of this log: files with the verdict {verdict!r}, {n:,} more."},
        }
        for verdict, n in left_out.items()
    ]
    return {"toolExecutionNotifications": told} if told else {}


def _rule(name: str) -> dict[str, Any]:
    rule = RULES[name]
    return {
        "id": name,
        "name": rule.title,
        "shortDescription": {"text": f"{rule.title}."},
        "help": {"text": f"What to do: {rule.remedy}."},
        "defaultConfiguration": {"level": _LEVELS[rule.verdict]},
        "properties": {"tags": ["security", "supply chain"], "security-severity": _SCORES[rule.verdict]},
    }


def _result(report: FileReport, reason: Reason, rules: list[str]) -> dict[str, Any]:
    at, text = max(reason.offset, 0), reason.text
    where: dict[str, Any] = {"artifactLocation": {"uri": quote_from_bytes(os.fsencode(report.path))}}
    place: dict[str, Any] = {"physicalLocation": where}
    if reason.member:  # the byte is counted in the member, of which the file holds other bytes
        place["logicalLocations"] = [{"fullyQualifiedName": reason.member, "kind": "member"}]
        text = f"{text} (in {shown(Path(reason.member))}, byte {at:,})"
    else:
        where["region"] = {"byteOffset": at, "byteLength": 0}
    return {
        "ruleId": reason.rule,
        "ruleIndex": rules.index(reason.rule),
        "level": _LEVELS[reason.verdict],
        "message": {"text": f"{str(reason.verdict).capitalize()}: {text}. What to do: {reason.remedy}."},
        "locations": [place],
        "properties": {"kind": str(report.kind), "verdict": str(report.verdict)},
    }
