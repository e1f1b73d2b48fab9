"""The closed word lists that every room shares. Compute on these, never on display names."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """Ordinal level of an exposure, a likelihood or an impact. `unknown` is planned for as high."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """0 low, 1 medium, 2 high; unknown counts as high."""
        return {"low": 0, "medium": 1}.get(self.value, 2)


class Stage(StrEnum):
    """Life-cycle stages in order; retraining, testing and monitoring are the gates."""

    PLANNING = "planning"
    DATA = "data"
    TRAINING = "training"
    RETRAINING = "retraining"
    EVALUATION = "evaluation"
    TESTING = "testing"
    DEPLOYMENT = "deployment"
    MONITORING = "monitoring"
    DECOMMISSION = "decommission"

    @property
    def is_gate(self) -> bool:
        """Whether the stage is a gate between building stages."""
        return self in (Stage.RETRAINING, Stage.TESTING, Stage.MONITORING)


class ThreatClass(StrEnum):
    """The classes a finding can belong to (a stable name of `assessment.json`)."""

    EVASION = "evasion"
    POISONING = "poisoning"
    BACKDOOR = "backdoor"
    MODEL_EXTRACTION = "model_extraction"
    DATA_EXTRACTION = "data_extraction"
    AVAILABILITY = "availability"
    HAZARD = "hazard"
    SUPPLY_CHAIN = "supply_chain"


class Objective(StrEnum):
    """What a failure costs: the NIST objectives, and safety."""

    AVAILABILITY = "availability"
    INTEGRITY = "integrity"
    PRIVACY = "privacy"
    SAFETY = "safety"


class Aspect(StrEnum):
    """Where a design choice sits: the four kinds of asset, the interfaces, and the system as a whole."""

    DATA = "data"
    MODEL = "model"
    SOFTWARE = "software"
    HARDWARE = "hardware"
    INTERFACE = "interface"
    USE = "use"
    SUPPLY = "supply"
    ORGANISATION = "organisation"


class Capability(StrEnum):
    """What an adversary can do. A set of these, never a ladder."""

    LABELS = "labels"
    SCORES = "scores"
    LOGITS = "logits"  # with gradients
    WEIGHTS = "weights"
    EXPLANATIONS = "explanations"
    DATA_READ = "data_read"
    DATA_WRITE = "data_write"
    RECIPE = "recipe"  # knows the training procedure and can train models of its own with it
    FILES = "files"


class EffectKind(StrEnum):
    """What a defence really does. `none` keeps broken methods on the list, with what broke them."""

    IMPROVES = "improves"
    CERTIFIES = "certifies"
    VERIFIES = "verifies"
    DETECTS = "detects"
    LIMITS = "limits"
    DETERS = "deters"
    RECOVERS = "recovers"
    NONE = "none"


class Provenance(StrEnum):
    """Where a level, cost or mapping comes from."""

    SOURCED = "sourced"
    JUDGED = "judged"


class Outcome(StrEnum):
    """How a trial ended. Absence is a value."""

    MEASURED = "measured"
    NOT_APPLICABLE = "not_applicable"
    SKIPPED = "skipped"
    BUDGET_SPENT = "budget_spent"
    ERROR = "error"


class Verdict(StrEnum):
    """The judgement on a vulnerability; `certified` is a separate statement, never a verdict."""

    EXPLOITED = "exploited"
    RESISTED = "resisted"
    INCONCLUSIVE = "inconclusive"
    UNTESTED = "untested"
