"""Drawn pictures as the referee of privacy measures them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Measured, Measurement
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.pictures import mean_squares

from .resemblance import Resemblance, resemblance

SHOWN = 4


def measured_pictures(roles: Roles, artifact: Artifact, *, seed: int) -> Measured:
    """`record_resemblance`: by how much more than chance the pictures (`records`, one for each of `classes`) show
    records trained on: 2 · share − 1 of those nearer to a member than to as many outsiders of their class, and nearer
    to it than to the average; 0 at or below chance. `reached`: which pictures do. A few for the report."""
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
    arrays = {"reached": shown, "tries": tries, **_pictures(records[known], classes[known], inside)}
    return Measured((_resemblance(shown),), arrays, tries_unit="queries")


def _pictures(records: Array, classes: Labels, inside: Data) -> dict[str, NDArray[np.generic]]:
    """For the report: `example_drawn`, the record of its class trained on that is nearest, the average, the class."""
    near, average = [], []
    for picture, c in zip(records[:SHOWN], classes[:SHOWN], strict=True):
        own = inside.x[inside.y == c]
        near.append(own[mean_squares(picture[None], own)[0].argmin()])
        average.append(own.mean(axis=0))
    if not near:
        return {}
    return {
        "example_drawn": records[:SHOWN], "example_nearest": np.stack(near), "example_average": np.stack(average),
        "example_class": classes[:SHOWN],
    }  # fmt: skip


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
