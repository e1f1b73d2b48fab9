"""What the detectors make of one theft, from as few natural inputs as a campaign has."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import UsageError
from bartizan.numerics.seeds import child

from .budget import QueryBudget
from .detector import Detector
from .distribution import DistributionTest
from .duplicates import NearDuplicates
from .rehearsal import Rehearsal, judged
from .traffic import Traffic, busy, crowd, in_many_accounts, slowly

DETECTORS: tuple[Callable[[], Detector], ...] = (DistributionTest, NearDuplicates, QueryBudget)
HONEST, QUERIES, FALSE_ALARMS = 40, 200, 0.05
"""Honest accounts, half of which set the threshold; what each of them asks at most; the share that may be accused."""
ACCOUNTS = (5, 50)
LARGEST = 1024
"""Numbers of an input that detectors look at; of larger ones, means of neighbours."""


def witness(theft: Traffic, x: Array, labels: Labels, *, seed: int) -> tuple[Rehearsal, ...]:
    """Replay a theft by one account through each detector, beside `HONEST` accounts that draw on natural inputs `x`
    (N×…; answered with `labels`), of which the thief may have some.

    The slow thief hides among the inputs of `x` that are not its own, each once: as slow as `x` is large. One thief for
    each number of `ACCOUNTS`. Users as busy as a thief are left out where `x` has too few inputs for them. Raises
    `UsageError` where there are fewer than two natural inputs.
    """
    if len(x) < 2:
        raise UsageError(f"{len(x)} natural inputs are no traffic of honest users")
    stolen = Traffic(coarse(theft.x), theft.labels, theft.accounts, theft.times)
    natural = coarse(x)
    each = min(QUERIES, len(x) // 2)  # users who all sent everything there is would be one user
    users = crowd(natural, labels, accounts=HONEST, queries=each, seed=child(seed, "users"))
    thieves = {"in the open": stolen, **_slow(stolen, natural, labels, child(seed, "slow"))}
    sent = {name: len(t) for name, t in thieves.items() if len(t) <= len(x)}
    honest = {n: busy(stolen, natural, labels, queries=k, seed=child(seed, "busy")) for n, k in sent.items()}
    thieves |= {f"{n} accounts": in_many_accounts(stolen, n) for n in ACCOUNTS if n < len(stolen)}
    return tuple(judged(make, users, stolen, thieves, honest, FALSE_ALARMS) for make in DETECTORS)


def _slow(theft: Traffic, x: Array, labels: Labels, seed: int) -> dict[str, Traffic]:
    known = {row.tobytes() for row in theft.x}
    others = np.array([row.tobytes() not in known for row in x], np.bool_)
    if not others.any():
        return {}
    share = len(theft) / (len(theft) + int(others.sum()))
    return {"slow": slowly(theft, x[others], labels[others], share=share, seed=seed)}


def coarse(x: NDArray[np.floating]) -> Array:
    """Inputs N×… as N×D with D ≤ `LARGEST`: means over runs of neighbours where there are more numbers."""
    flat = np.ascontiguousarray(x, np.float32).reshape(len(x), -1)
    size = flat.shape[1]
    if size <= LARGEST:
        return flat
    starts = np.linspace(0, size, LARGEST, endpoint=False).astype(np.int64)
    return np.asarray(np.add.reduceat(flat, starts, axis=1) / np.diff(np.append(starts, size)), np.float32)
