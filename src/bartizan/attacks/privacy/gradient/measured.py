"""Records rebuilt from updates as the referee of privacy measures them, against what takes no update to know."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Measured, Measurement
from bartizan.core.data import Roles
from bartizan.numerics.intervals import clopper_pearson, mean_interval

from .recovered import Recovered, recovered

SHOWN = 4


def measured_updates(roles: Roles, artifact: Artifact, *, params: Any) -> Measured:
    """`record_recovered` for each {"batch", "local_steps"} of the grid: the share of the records behind the updates
    whose reconstruction is nearer to them than any record the adversary owns. `recovered_gain`: mean gain in decibels
    over the mean of their class.

    The unit of `reached` is a record behind an update. Of the first cell, for the pictures: `example_drawn`,
    `example_nearest` (the record itself), `example_average` (of its class), `example_class`.
    """
    found, cell, party, rows = (np.asarray(artifact.arrays[n]) for n in ("records", "cell", "party", "rows"))
    shape = roles.parties.x.shape[1:]
    if found.shape != (len(rows), *shape) or not np.isfinite(found).all():
        raise ValueError(f"{len(rows)} records of shape {shape} were to be rebuilt, not {found.shape}")
    low, high = float(roles.parties.x.min()), float(roles.parties.x.max())
    measurements: list[Measurement] = []
    reached: list[NDArray[np.bool_]] = []
    pictures: dict[str, NDArray[np.generic]] = {}
    for c, (batch, steps) in enumerate(params.cells):
        at = {"batch": batch, "local_steps": steps}
        parts = []
        for p in np.unique(party[cell == c]):
            theirs = (cell == c) & (party == p)
            sent = rows[theirs]
            if len(set(sent.tolist())) != batch:
                raise ValueError(f"a party of {batch} records was to be attacked, and {len(sent)} records came back")
            truth = roles.parties.take(sent)
            own = roles.auxiliary
            parts.append(
                (truth, recovered(found[theirs].astype(np.float32), truth.x, truth.y, own.x, own.y, high - low))
            )
        near = np.concatenate([r.nearer for _, r in parts])
        measurements += [_share(near, at), _gain([r for _, r in parts], at)]
        reached.append(near)
        pictures = pictures or _pictures(parts, roles)
    arrays = {"reached": np.concatenate(reached), "tries": np.ones(sum(map(len, reached)), np.int64)}
    return Measured(tuple(measurements), {**arrays, **pictures}, tries_unit="queries")


def _share(near: NDArray[np.bool_], at: dict[str, int]) -> Measurement:
    k, n = int(near.sum()), len(near)
    low, high = clopper_pearson(k, n)
    return Measurement(
        estimand="record_recovered", unit="record", n=n, method="Clopper–Pearson", value=k / n, low=low, high=high,
        at=at,
    )  # fmt: skip


def _gain(parts: list[Recovered], at: dict[str, int]) -> Measurement:
    gains = np.concatenate([r.psnr - r.baseline_psnr for r in parts])
    low, high = mean_interval(gains, bounds=(-200.0, 200.0))
    return Measurement(
        estimand="recovered_gain", unit="record", n=len(gains), method="mean, in decibels", value=float(gains.mean()),
        low=low, high=high, at=at,
    )  # fmt: skip


def _pictures(parts: list[Any], roles: Roles) -> dict[str, NDArray[np.generic]]:
    truth = np.concatenate([t.x for t, _ in parts])[:SHOWN]
    classes = np.concatenate([t.y for t, _ in parts])[:SHOWN]
    drawn = np.concatenate([r.best for _, r in parts])[:SHOWN]
    own = roles.auxiliary
    average = np.stack([own.x[own.y == c].mean(axis=0) for c in classes])
    return {
        "example_drawn": drawn, "example_nearest": truth, "example_average": average, "example_class": classes,
    }  # fmt: skip
