"""Drawn pictures as the referee of privacy measures them."""

from __future__ import annotations

import numpy as np

from bartizan.core.artifact import Artifact, Measured, Measurement
from bartizan.core.data import Roles
from bartizan.numerics.intervals import clopper_pearson

from .resemblance import Resemblance, resemblance


def measured_pictures(roles: Roles, artifact: Artifact, *, seed: int) -> Measured:
    """`record_resemblance`: by how much more than chance the pictures (`records`, one for each of `classes`) show
    records trained on: 2 · share − 1 of those nearer to a member than to as many outsiders of their class, and nearer
    to it than to the average; 0 at or below chance. `reached`: which pictures do."""
    member = roles.secrets["member"].astype(np.bool_)
    inside, outside = roles.probe.take(member), roles.probe.take(~member)
    records = np.asarray(artifact.arrays["records"], np.float32)
    classes = np.asarray(artifact.arrays["classes"], np.int64)
    if records.shape != (len(classes), *inside.x.shape[1:]) or not np.isfinite(records).all():
        raise ValueError(f"{len(classes)} records of shape {inside.x.shape[1:]} were to be drawn, not {records.shape}")
    known = np.isin(classes, inside.y)
    seen = resemblance(records[known], classes[known], inside.x, inside.y, outside.x, outside.y, seed=seed)
    shown = np.zeros(len(classes), np.bool_)
    shown[known] = _shown(seen)
    each = artifact.watched.queries // max(len(classes), 1)
    tries = np.full(len(classes), max(each, 1), np.int64)
    return Measured((_resemblance(shown),), {"reached": shown, "tries": tries}, tries_unit="queries")


def _shown(seen: Resemblance) -> np.ndarray:
    return np.asarray((seen.to_counted < seen.to_held_out) & (seen.to_trained < seen.to_average))


def _resemblance(shown: np.ndarray) -> Measurement:
    k, n = int(shown.sum()), len(shown)
    value, low, high = (max(0.0, 2 * v - 1) for v in (k / max(n, 1), *clopper_pearson(k, n)))
    return Measurement(
        estimand="record_resemblance",
        unit="picture",
        n=n,
        method="Clopper–Pearson, less what chance gives",
        value=value,
        low=low,
        high=high,
    )
