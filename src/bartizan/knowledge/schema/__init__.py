"""The shapes of the knowledge base: one frozen model for each kind of entry."""

from .choices import UNKNOWN, UNKNOWN_OPTION, DesignChoice, Option
from .common import Entry
from .controls import BaselineControl, Metric
from .defences import Breakage, ConflictRule, Cost, Costs, DefenceEntry, Needs
from .lifecycle import MethodCell, MethodEntry, StageEntry
from .reference import CrosswalkEntry, Reference
from .sources import AdversaryBudget, AdversaryProfile, HazardEntry, Reach
from .tables import EffortTable, LikelihoodTable, ObjectiveTable, SeverityTable, Tables, Tolerance, ToleranceTable
from .threats import AtlasEntry, NistEntry, ThreatEntry, Typical

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
