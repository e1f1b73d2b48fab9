"""Trying to refute what votes of models trained apart are said to prove: by the votes, and by poisoning in fact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.target import Target
from bartizan.numerics.seeds import child
from bartizan.numerics.votes import Votes, counted, moved, turned

Records = NDArray[np.float64]
Bits = NDArray[np.bool_]


def refuted(subject: Target, roles: Roles, radius: Records, together: bool) -> Bits:
    """Which examples lose by the votes themselves what was claimed for `radius[i]` records (0: nothing claimed); all
    of them where the voters were trained `together` after all."""
    votes = votes_of(subject, roles.probe.x)
    if votes is None or together:
        return radius > 0
    return (radius > 0) & turned(votes, radius.astype(np.int64))


def trained_together(subject: Target, roles: Roles, records: int, seed: int) -> bool:
    """Whether more voters change their mind about any example than `records` records were poisoned.

    The subject is trained twice with one seed, on the training data and on the same with so many records added and
    given another label: what one record moves beyond one voter voids every proof, whatever the votes.
    """
    x, y = roles.writable.x, roles.writable.y
    own = child(seed, "voters")
    clean = votes_of(subject.retrain(x, y, seed=own), roles.probe.x)
    bad = votes_of(subject.retrain(*poisoned(roles.writable, records, child(seed, "poison")), seed=own), roles.probe.x)
    return clean is None or bad is None or bool((moved(clean, bad) > records).any())


def poisoned(data: Data, records: int, seed: int) -> tuple[Array, Labels]:
    """The records with so many of them called what they are not, all the same, and a third of them, if there are any,
    added as slightly changed copies instead."""
    rng = np.random.default_rng(seed)
    aim = int(rng.choice(np.unique(data.y)))
    rows = rng.permutation(np.flatnonzero(data.y != aim))[:records]
    added, y = rows[: len(rows) // 3], data.y.copy()
    y[rows[len(rows) // 3 :]] = aim
    noise = 1e-3 * rng.standard_normal(data.x[added].shape).astype(np.float32)
    return np.concatenate([data.x, data.x[added] + noise]), np.concatenate([y, np.full(len(added), aim, np.int64)])


def votes_of(subject: Target, x: Array) -> Votes | None:
    """The votes N×K behind the subject's answers; None where it answers by none."""
    return None if subject.info.voters is None else counted(subject.scores(x), subject.info.voters)
