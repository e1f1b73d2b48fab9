"""File verdicts as other programs read them: JSON, and SARIF 2.1.0 for code-scanning tools."""

from __future__ import annotations

import os
from collections.abc import Iterable
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


def as_sarif(reports: Iterable[FileReport], *, version: str, counts: dict[str, int]) -> dict[str, Any]:
    """A log of one run: a result for each reason against a file, none for files that are approved.

    counts: of all files, by verdict; they stand in the run's properties.
    """
    rules = list(RULES)
    results = [_result(report, reason, rules) for report in reports for reason in report.reasons]
    driver = {"name": "bartizan scan", "semanticVersion": version, "rules": [_rule(r) for r in rules]}
    run = {
        "tool": {"driver": driver},
        "results": results,
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "properties": {"files": counts},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


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
    place: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote_from_bytes(os.fsencode(report.path))},
            "region": {"byteOffset": max(reason.offset, 0), "byteLength": 0},
        }
    }
    if reason.member:
        place["logicalLocations"] = [{"fullyQualifiedName": reason.member, "kind": "member"}]
    return {
        "ruleId": reason.rule,
        "ruleIndex": rules.index(reason.rule),
        "level": _LEVELS[reason.verdict],
        "message": {"text": f"{str(reason.verdict).capitalize()}: {reason.text}. What to do: {reason.remedy}."},
        "locations": [place],
        "properties": {"kind": str(report.kind), "verdict": str(report.verdict)},
    }
