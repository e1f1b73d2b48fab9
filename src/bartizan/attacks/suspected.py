"""Who would see the poison: the pass over training data in hand, made over the poisoned set.

The pass is that of the scanner `training_data`, reached as every plugin is, with its own cut-offs: a record counts as
flagged when any of its signals flags it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core import plugins
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact, Measurement
from bartizan.core.data import Data, Roles
from bartizan.core.dose import REACHED
from bartizan.core.errors import BartizanError
from bartizan.core.target import Target
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.poison import poisoned
from bartizan.numerics.seeds import child

PASS = "training_data"
_FOLDS = 5
_CANNOT = (BartizanError, ImportError)


def suspected(
    subject: Target, roles: Roles, artifact: Artifact, rows: list[Measurement], params: Any, seed: int
) -> list[Measurement]:
    """`poison_flagged` and `others_flagged`: shares of the records that the poison altered, and of all others, that
    the pass flags, at the least dose that reached its goal or else at the largest.

    rows: what was measured of the poison. Nothing where `params.stealth` is off, where the subject carries a defence
    (the data are the same), where no record was altered, or where no pass can be made over such data.
    """
    dose = _dose(rows)
    if not getattr(params, "stealth", False) or not dose or subject.info.origin != subject.info.digest:
        return []
    x, y = poisoned(roles.writable, artifact.arrays, dose)
    data = replace(roles.writable, x=x, y=y)
    altered = _altered(roles.writable, data)
    flagged = _flagged(subject, Roles(probe=roles.probe, writable=data), child(seed, "who would see it"))
    if flagged is None or altered.all() or not altered.any():
        return []
    parts = {"poison_flagged": flagged[altered], "others_flagged": flagged[~altered]}
    return [_share(name, hits, dose) for name, hits in parts.items()]


def _dose(rows: list[Measurement]) -> int:
    goals = [(int(m.at["records"]), m.value >= REACHED) for m in rows if m.estimand == "goal_reached"]
    return min((d for d, won in goals if won and d), default=max((d for d, _ in goals), default=0))


def _altered(was: Data, now: Data) -> NDArray[np.bool_]:
    """Records that are not what they were: what was refused at the door is, whatever the dose."""
    moved = (now.x != was.x).reshape(len(was), -1).any(axis=1)
    return np.asarray(moved | (now.y != was.y), np.bool_)


def _flagged(subject: Target, roles: Roles, seed: int) -> NDArray[np.bool_] | None:
    """Which of the writable records any signal of the pass flags, or None where it cannot be made."""
    counts = np.bincount(roles.writable.y)
    folds = max(2, min(_FOLDS, int(counts[counts > 0].min())))
    try:
        scanner = plugins.attack("scanner", PASS)
        view = grant(subject, Access(capabilities=(Capability.DATA_READ,)), Budget(), roles)
        found = scanner.run(view, params=type(scanner).params.model_validate({"folds": folds}), seed=seed)
    except _CANNOT:
        return None
    return np.asarray(np.asarray(found.arrays["flagged"], np.bool_).any(axis=0), np.bool_)


def _share(estimand: str, hits: NDArray[np.bool_], dose: int) -> Measurement:
    k, n = int(hits.sum()), len(hits)
    low, high = clopper_pearson(k, n)
    return Measurement(
        estimand=estimand, unit="training record", n=n, method="Clopper-Pearson", value=k / n, low=low, high=high,
        at={"records": dose, "by": PASS},
    )  # fmt: skip
