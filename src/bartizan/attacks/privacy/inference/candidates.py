"""The records in question: those the model was trained on and outsiders, made ready or refused in one sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Data, Labels
from bartizan.core.errors import DataError

FEWEST = 20


@dataclass(frozen=True)
class Candidates:
    """x (N×…), y (N), shuffled; member: which are members; rows: where each stands among the members, or among the
    non-members."""

    x: Array
    y: Labels
    member: NDArray[np.bool_]
    rows: NDArray[np.int64]

    @property
    def share(self) -> float:
        """Of members among all."""
        return float(self.member.mean())


def candidates(members: Any, non_members: Any, seed: int) -> Candidates:
    """Raises `DataError`: on records that are both, on too few of either, and on what cannot be read."""
    sides = {"members": _read(members, "members"), "non_members": _read(non_members, "non_members")}
    inside, outside = sides["members"], sides["non_members"]
    if inside.x.shape[1:] != outside.x.shape[1:]:
        raise DataError(
            f"members have shape {inside.x.shape[1:]} and non-members {outside.x.shape[1:]}; give records of one kind"
        )
    for name, side in sides.items():
        if len(side) < FEWEST:
            raise DataError(f"{name} holds {len(side)} records; {FEWEST} are the least of which anything can be said")
    both = _both(inside, outside)
    if both:
        raise DataError(
            f"{both} of {len(outside)} non-members are members, too; take them out of the non-members, since they "
            "would count as false accusations"
        )
    whole = inside.join(outside)
    member = np.arange(len(whole)) < len(inside)
    order = np.random.default_rng(seed).permutation(len(whole)).astype(np.int64)
    rows = np.concatenate([np.arange(len(inside)), np.arange(len(outside))])
    return Candidates(whole.x[order], whole.y[order], member[order], rows[order].astype(np.int64))


def _read(given: Any, name: str) -> Data:
    if isinstance(given, Data):
        return given
    try:
        x, y = given
    except (TypeError, ValueError):
        raise DataError(f"{name} must be a pair (x, y) of records and classes, or a Data") from None
    inputs, labels = np.asarray(_numpy(x)), np.asarray(_numpy(y))
    if inputs.ndim < 2 or labels.shape != (len(inputs),):
        raise DataError(f"{name} has records of shape {inputs.shape} and classes {labels.shape}, not N×… and N")
    if not np.issubdtype(labels.dtype, np.integer) or (len(labels) and labels.min() < 0):
        raise DataError(f"the classes of {name} must be integers from 0, and are {labels.dtype}")
    inputs = inputs.astype(np.float32)
    if not np.isfinite(inputs).all():
        row = int(np.flatnonzero(~np.isfinite(inputs).reshape(len(inputs), -1).all(1))[0])
        raise DataError(f"{name} holds NaN or infinity (first in record {row}); remove or repair such records")
    return Data.of(inputs, labels.astype(np.int64))


def _both(members: Data, non_members: Data) -> int:
    """How many non-members have the content of a member."""
    known = Counter(members.contents())
    return sum(known[c] > 0 for c in non_members.contents())


def _numpy(a: Any) -> Any:
    return a.detach().cpu().numpy() if hasattr(a, "detach") else a
