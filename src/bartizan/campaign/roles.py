"""Deals out the data of a model by role, the same way every time.

The test set is permuted once; its first half is the pool for the probe, its second half the adversary's own.
A smaller probe is a prefix of a larger one, so that attacks with different numbers of examples share them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Data, Roles
from bartizan.core.errors import DataError
from bartizan.core.system import System

from .apart import once

_SEED = 20141225  # any fixed number; changing it changes every slice
NO_DATA = Data.of(np.zeros((0, 1), np.float32), np.zeros(0, np.int64))


def used(game: str, system: System, model: str) -> str:
    """Ids of the data assets a game is dealt from, the test data first, joined by `+`."""
    known = {"files": (), "probe": (system.test_data(model),)}.get(
        game, (system.test_data(model), system.training_data(model))
    )
    return "+".join(data.id for data in known if data is not None)


def deal(game: str, train: Data | None, test: Data | None, examples: int, column: str = "") -> Roles:
    """Roles for one trial. `game` as in `AttackSpec.game`; `column`: the one to withhold in the game of that name.
    Raises `DataError` when the data it needs is missing."""
    if game == "files":
        return Roles(probe=NO_DATA)
    pool, own = _halves(needed_test(test))
    if game == "federated":
        return Roles(probe=NO_DATA, auxiliary=own, parties=_parties(needed_training(train), own, examples))
    if game in ("membership", "attribute"):
        dealt = _membership(needed_training(train), pool, own, examples)
        return _withheld(dealt, column) if game == "attribute" else dealt
    writable = needed_training(train) if game == "poison" else Roles(probe=pool).writable
    return Roles(probe=pool.take(slice(0, examples)), auxiliary=own, writable=writable)


def _halves(test: Data) -> tuple[Data, Data]:
    order = np.random.default_rng(_SEED).permutation(len(test)).astype(np.int64)
    middle = (len(order) + 1) // 2
    return test.take(order[:middle]), test.take(order[middle:])


def _membership(train: Data, pool: Data, own: Data, examples: int) -> Roles:
    """Half members, half non-members, shuffled; who is which is a secret, and so is the row each comes from.

    No content is dealt twice, and none of the training data as a non-member or as the adversary's own.
    Raises `DataError` when no test example is left that the model was not trained on.
    """
    rng = np.random.default_rng(_SEED + 1)
    known = train.contents()
    train, pool = once(train), once(pool, known)
    own = once(own, known, pool.contents())
    if not len(pool):
        raise DataError("every test example is a training example, too, so there is nobody to tell members from")
    half = min(max(examples // 2, 1), len(pool), len(train))
    members = train.take(rng.permutation(len(train)).astype(np.int64)[:half])
    outsiders = pool.take(slice(0, half))
    order: NDArray[np.int64] = rng.permutation(2 * half).astype(np.int64)
    member = np.concatenate([np.ones(half, np.bool_), np.zeros(half, np.bool_)])[order]
    both = members.join(outsiders).take(order)
    probe = replace(both, rows=np.arange(2 * half, dtype=np.int64))
    return Roles(probe=probe, auxiliary=own, secrets={"member": member, "row": both.rows})


def _parties(train: Data, own: Data, examples: int) -> Data:
    """Training records that nobody else owns, each once, of classes that the adversary has seen."""
    others = once(train, own.contents())
    known = others.take(np.isin(others.y, own.y))
    return known.take(np.random.default_rng(_SEED + 2).permutation(len(known)).astype(np.int64)[:examples])


def _withheld(roles: Roles, column: str) -> Roles:
    """The probe with the least value in the named column throughout; what it held is a secret."""
    place = roles.probe.column(column)
    x = roles.probe.x.copy()
    x[:, place] = x[:, place].min()
    return replace(roles, probe=replace(roles.probe, x=x), secrets={**roles.secrets, "column": roles.probe.x[:, place]})


def needed_training(train: Data | None) -> Data:
    """The training data. Raises `DataError` when there is none."""
    if train is None or not len(train):
        raise DataError("this trial needs the training data, and the description gives the model none (train_data)")
    return train


def needed_test(test: Data | None) -> Data:
    """The test data. Raises `DataError` when there is none."""
    if test is None or not len(test):
        raise DataError("this trial needs a test data set, and the description gives the model none (test_data)")
    return test
