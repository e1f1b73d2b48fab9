"""The IT-security baseline under every ML system, and the metrics red teaming reports."""

from __future__ import annotations

from typing import Literal

from bartizan.core.vocabulary import Stage, ThreatClass
from bartizan.knowledge.schema.common import Entry


class BaselineControl(Entry):
    """An ordinary IT-security control that the ML defences rest on."""

    aspect: Literal["hardware", "software", "data", "users"]
    name: str
    text: str
    check: str
    counters: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()


class Metric(Entry):
    """A measure, the question it answers and how it must be stated.

    question: tries / sensitivity / knowledge are the three questions asked in every family.
    classes: the threat classes it is reported for; empty means all.
    estimands: the names under which evidence and findings state it.
    """

    name: str
    question: Literal["tries", "sensitivity", "knowledge", "effect", "detection", "proof", "cost"]
    unit: str
    definition: str
    statistics: str
    classes: tuple[ThreatClass, ...] = ()
    worse: Literal["higher", "lower", "neither"]
    estimands: tuple[str, ...] = ()
