"""What an attack hands over, and what its referee makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .access import Access, Budget
from .base import Frozen

ArtifactKind = Literal[
    "perturbed_inputs",
    "poisoned_set",
    "trigger",
    "inverted_triggers",
    "surrogate",
    "membership_scores",
    "reconstructed_records",
    "attribute_guesses",
    "canaries",
    "distinguisher",
    "party_records",
    "bounds",
    "file_verdicts",
    "provenance",
    "suspects",
    "parameters",
]


@dataclass(frozen=True)
class Watched:
    """What the runner saw of an attack for itself: a referee may rely on it, as it may not on claims.

    access, budget: what was granted. baseline: whether the attack is only the least that real ones must beat.
    paths: the files it was handed. metered: queries spent on each probe example (None: nobody counted).
    queries: all of them together, those that named no example included.
    """

    access: Access = field(default_factory=Access)
    budget: Budget = field(default_factory=Budget)
    baseline: bool = False
    paths: tuple[str, ...] = ()
    metered: NDArray[np.int64] | None = None
    queries: int = 0

    @property
    def shared(self) -> int:
        """Queries that named no example, and so were spent on each of them."""
        return self.queries - (0 if self.metered is None else int(self.metered.sum()))

    def ran_out(self, standing: NDArray[np.bool_]) -> int:
        """How many of the `standing` examples got less than an example may, the budget over all of them being spent."""
        total, metered = self.budget.queries, self.metered
        if total is None or metered is None or total - self.queries >= standing.sum():
            return 0
        full = self.budget.queries_per_example or int(metered.max(initial=0))
        return int((standing & (metered < full)).sum())


@dataclass(frozen=True)
class Artifact:
    """Named arrays of one kind. `claims` are the attack's own words: shown, never trusted.

    `watched` is the runner's word: it is set after the attack, whatever that put there, and is not stored.
    """

    kind: ArtifactKind
    arrays: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    watched: Watched = field(default_factory=Watched)


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
    """A doubt about an attack's result. `id` is the heading in docs/flags.md.

    against: what is in doubt, all that the attack did not reach, or only its `successes`. Who loses successes was
    weaker than it seemed, and what withstood it has withstood it all the same.
    """

    id: str
    detail: str
    against: Literal["failures", "successes"] = "failures"


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

    def __post_init__(self) -> None:
        """Raises `ValueError` where the arrays of fixed meaning are not what they must be, for no judge to meet."""
        units = {n: np.asarray(self.arrays[n]) for n in ("reached", "tries", "size") if n in self.arrays}
        if len({a.shape for a in units.values()}) > 1 or any(a.ndim != 1 for a in units.values()):
            raise ValueError(f"arrays of one length were to be measured: { ({n: a.shape for n, a in units.items()}) }")
        if "reached" in units and units["reached"].dtype != np.bool_:
            raise ValueError("whether a unit was reached is neither true nor false")
        for name in ("tries", "size"):
            if name in units and not (units[name] >= 0).all():
                raise ValueError(f"{name} may not be negative, nor anything but numbers")
