"""The shapes of the knowledge base: one frozen model for each kind of entry."""

from bartizan.knowledge.schema.choices import UNKNOWN, UNKNOWN_OPTION, DesignChoice, Option
from bartizan.knowledge.schema.common import Entry
from bartizan.knowledge.schema.controls import BaselineControl, Metric
from bartizan.knowledge.schema.defences import Breakage, ConflictRule, Cost, Costs, DefenceEntry, Needs
from bartizan.knowledge.schema.lifecycle import MethodCell, MethodEntry, StageEntry
from bartizan.knowledge.schema.reference import CrosswalkEntry, Reference
from bartizan.knowledge.schema.sources import AdversaryBudget, AdversaryProfile, HazardEntry, Reach
from bartizan.knowledge.schema.tables import (
    EffortTable,
    LikelihoodTable,
    ObjectiveTable,
    SeverityTable,
    Tables,
    Tolerance,
    ToleranceTable,
)
from bartizan.knowledge.schema.threats import AtlasEntry, NistEntry, ThreatEntry, Typical

__all__ = [
    "UNKNOWN",
    "UNKNOWN_OPTION",
    "AdversaryBudget",
    "AdversaryProfile",
    "AtlasEntry",
    "BaselineControl",
    "Breakage",
    "ConflictRule",
    "Cost",
    "Costs",
    "CrosswalkEntry",
    "DefenceEntry",
    "DesignChoice",
    "EffortTable",
    "Entry",
    "HazardEntry",
    "LikelihoodTable",
    "MethodCell",
    "MethodEntry",
    "Metric",
    "Needs",
    "NistEntry",
    "ObjectiveTable",
    "Option",
    "Reach",
    "Reference",
    "SeverityTable",
    "StageEntry",
    "Tables",
    "ThreatEntry",
    "Tolerance",
    "ToleranceTable",
    "Typical",
]
