"""`Profile`: what the planner knows of a model without opening it. `NotApplicable`: why something cannot be tried."""

from __future__ import annotations

from typing import Literal

from .access import Access
from .base import Frozen
from .errors import BartizanError

Effort = Literal["quick", "standard", "deep"]


class NotApplicable(BartizanError):
    """The plugin does not fit this system. `str()` is the reason a person reads."""


class Condition(Frozen):
    """One named condition of the operational design domain."""

    name: str
    kind: str
    low: float
    high: float
    unit: str = ""
    distribution: dict[str, float | tuple[float, ...]] = {}
    assumed: bool = False
    feature: str = ""


class SensitiveColumn(Frozen):
    """A column of the training data that nobody may infer. values: how many it takes; None where nobody said."""

    name: str
    values: int | None = None


class Profile(Frozen):
    """norms: (norm, ε) pairs worth testing, ε in the space the adversary controls, gates first.
    sensitive: columns nobody may infer, those the description names first. federated: whether other parties see the
    updates that records are trained on by. promise: the (ε, δ) that the training is said to keep.
    access, queries, records: what the adversary at hand is granted; nothing where none is at hand yet.
    query_budget: the largest hard limit of queries that an interface of the model states.
    """

    model: str
    modality: Literal["image", "tabular"] = "image"
    bounds: tuple[float, float] | None = None
    differentiable: bool = False
    retrainable: bool = False
    has_training_data: bool = True
    classes: int | None = None
    norms: tuple[tuple[str, float], ...] = ()
    fpr: float = 0.01
    conditions: tuple[Condition, ...] = ()
    positive_classes: tuple[int, ...] = ()
    latency_ms: float | None = None
    precision_floor: float | None = None
    recall_floor: float | None = None
    sensitive: tuple[SensitiveColumn, ...] = ()
    federated: bool = False
    promise: tuple[float, float] | None = None
    access: Access = Access()
    queries: int | None = None
    query_budget: int | None = None
    records: int | None = None
