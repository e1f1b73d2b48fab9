"""What an attack hands over, and what its referee makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .base import Frozen

ArtifactKind = Literal[
    "perturbed_inputs",
    "poisoned_set",
    "trigger",
    "surrogate",
    "membership_scores",
    "reconstructed_records",
    "bounds",
    "file_verdicts",
    "parameters",
]


@dataclass(frozen=True)
class Artifact:
    """Named arrays of one kind. `claims` are the attack's own words: shown, never trusted."""

    kind: ArtifactKind
    arrays: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)


class Measurement(Frozen):
    """One estimated quantity with its interval. `at` names the point of a curve, e.g. {"eps": 0.1}."""

    estimand: str
    unit: str
    n: int
    method: str
    value: float
    low: float
    high: float
    at: dict[str, float | int | str] = {}


class Flag(Frozen):
    """A doubt about an attack's result. `id` is the heading in docs/flags.md."""

    id: str
    detail: str


class Cost(Frozen):
    """What was spent, counted at the view (never by the attack)."""

    queries: int = 0
    forwards: int = 0
    backwards: int = 0
    retrainings: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(**{k: getattr(self, k) + getattr(other, k) for k in type(self).model_fields})


@dataclass(frozen=True)
class Measured:
    """A referee's result: measurements, per-unit arrays for the curves, and flags.

    Arrays with a fixed meaning, all of one length (the unit is a probe example, or a retraining seed):
      `reached` bool, whether the adversary had its way · `tries` int64, tries until then (until given up where not
      reached), counted in `tries_unit` (one of the effort table's) · `size` float64, the least change that did it, in
      `size_unit`, beyond the stated size too (inf where none did).
    And for the pictures (a few only): `example_original`, `example_changed`, `example_label`, `example_before`,
    `example_after` (the model's classes).
    """

    measurements: tuple[Measurement, ...]
    arrays: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    tries_unit: str = ""
    size_unit: str = ""
