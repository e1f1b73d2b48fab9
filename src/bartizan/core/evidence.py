"""`Evidence`: what a trial measured, raw, never edited."""

from __future__ import annotations

from .artifact import Cost, Flag, Measurement
from .base import Frozen
from .trial import Trial
from .vocabulary import Outcome


class Evidence(Frozen):
    """A trial with its outcome. `id` is the measurement's key, `artifact` the artifact's key.

    reason: one sentence for every outcome but `measured`.
    arrays: names of the per-example arrays kept beside the record.
    """

    id: str
    artifact: str
    trial: Trial
    outcome: Outcome
    reason: str = ""
    measurements: tuple[Measurement, ...] = ()
    flags: tuple[Flag, ...] = ()
    cost: Cost = Cost()
    referee: str = ""
    arrays: tuple[str, ...] = ()
    tries_unit: str = ""
    size_unit: str = ""
    subject_digest: str = ""
    data_digest: str = ""
    environment: dict[str, str] = {}

    def measurement(self, estimand: str, **at: float | int | str) -> Measurement | None:
        """The first measurement of `estimand` whose `at` contains the given coordinates, or None."""
        for m in self.measurements:
            if m.estimand == estimand and all(m.at.get(k) == v for k, v in at.items()):
                return m
        return None
