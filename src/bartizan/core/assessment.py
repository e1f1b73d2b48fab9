"""`Assessment`: everything known about one system at one time. Written as `assessment.json`."""

from __future__ import annotations

from typing import Any

from .base import Frozen
from .evidence import Evidence
from .exposure import Exposure
from .finding import Finding
from .plan import Plan
from .threat import Threat, Vulnerability
from .treatment import Treatment

SCHEMA_VERSION = 1


class GateResult(Frozen):
    """One gate of the description, judged on the same findings as the report."""

    gate: str
    outcome: str  # passed | failed | inconclusive
    reason: str
    findings: tuple[str, ...] = ()


class Layer(Frozen):
    """One cell of the defence-in-depth table: which controls guard this state of the information in this stage, and
    what keeps nobody out but `bounds` what a failure costs."""

    stage: str
    state: str
    controls: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()
    single_point: bool = False
    note: str = ""


class Assessment(Frozen):
    """Top-level names are stable. `rules` holds the stated rules of ranking, in words.

    `clock` holds every reading of a clock and is the only part that may differ between two runs of one campaign.
    """

    schema_version: int = SCHEMA_VERSION
    tool: dict[str, str]
    system: dict[str, Any]
    exposures: tuple[Exposure, ...] = ()
    threats: tuple[Threat, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    plan: Plan
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    gates: tuple[GateResult, ...] = ()
    layers: tuple[Layer, ...] = ()
    residual: tuple[str, ...] = ()
    rules: dict[str, str] = {}
    positions: dict[str, str] = {}
    clock: dict[str, Any] = {}
