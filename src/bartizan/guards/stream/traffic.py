"""Streams of queries: who asks what and when, and how a thief hides among others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import DataError
from bartizan.numerics.seeds import child

SECOND = 1.0


@dataclass(frozen=True)
class Traffic:
    """N queries in their order: inputs N×…, the classes they were answered with, accounts and times in seconds."""

    x: Array
    labels: Labels
    accounts: NDArray[np.int64]
    times: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Raises `DataError` unless there is one class, account and time for each input."""
        n = len(self.x)
        for name in ("labels", "accounts", "times"):
            if getattr(self, name).shape != (n,):
                raise DataError(
                    f"{name} has shape {getattr(self, name).shape}; it must hold one for each of {n} queries"
                )

    @classmethod
    def of(cls, x: Array, labels: Labels, *, account: int = 0, start: float = 0.0, gap: float = SECOND) -> Traffic:
        """One account that asks every `gap` seconds."""
        n = len(x)
        return cls(x, np.asarray(labels, np.int64), np.full(n, account), start + gap * np.arange(n, dtype=np.float64))

    def __len__(self) -> int:
        return len(self.x)

    def take(self, rows: NDArray[np.int64]) -> Traffic:
        """Some of the queries, in that order."""
        return Traffic(self.x[rows], self.labels[rows], self.accounts[rows], self.times[rows])


def users(x: Array, labels: Labels, *, queries: int, seed: int, gap: float = SECOND) -> list[Traffic]:
    """As many accounts as `x` (N×…) is enough for, each with `queries` inputs of its own, drawn at random."""
    order = np.random.default_rng(seed).permutation(len(x))
    parts = [order[i : i + queries] for i in range(0, len(x) - queries + 1, queries)]
    return [Traffic.of(x[rows], labels[rows], account=i, gap=gap) for i, rows in enumerate(parts)]


def crowd(x: Array, labels: Labels, *, accounts: int, queries: int, seed: int, gap: float = SECOND) -> list[Traffic]:
    """So many accounts, each with `queries` (all there are, if fewer) different inputs of `x` (N×…) drawn on its own.

    Two accounts may send the same input: they are alike as users are who draw on one world, and given `x` independent.
    """
    rng = np.random.default_rng(seed)
    drawn = [rng.permutation(len(x))[:queries] for _ in range(accounts)]
    return [Traffic.of(x[rows], labels[rows], account=i, gap=gap) for i, rows in enumerate(drawn)]


def slowly(theft: Traffic, x: Array, labels: Labels, *, share: float, seed: int) -> Traffic:
    """A slow thief: in one account, as fast as before, but only a `share` of its queries is for the theft, and the
    others are natural inputs drawn from `x`. The theft takes 1 / share times as long. Raises `DataError`."""
    if not 0 < share <= 1:
        raise DataError(f"share={share} must be above 0 and at most 1")
    total = int(np.ceil(len(theft) / share))
    mine = np.sort(np.random.default_rng(child(seed, "mine")).permutation(total)[: len(theft)])
    cover = busy(theft, x, labels, queries=total, seed=seed)
    cover.x[mine], cover.labels[mine] = theft.x, theft.labels
    return cover


def busy(theft: Traffic, x: Array, labels: Labels, *, queries: int, seed: int) -> Traffic:
    """A user who sends so many natural inputs of `x` at the pace of `theft`, none again before all have been sent."""
    rng = np.random.default_rng(seed)
    rounds = [rng.permutation(len(x)) for _ in range(-(-queries // len(x)))]
    rows = np.concatenate(rounds)[:queries]
    gap = float(np.diff(theft.times).mean()) if len(theft) > 1 else SECOND
    return Traffic.of(x[rows].copy(), np.array(labels, np.int64)[rows], account=int(theft.accounts[0]), gap=gap)


def in_many_accounts(theft: Traffic, accounts: int) -> Traffic:
    """The same queries in the same order and pace, dealt out to so many accounts in turn. Raises `DataError`."""
    if accounts < 1:
        raise DataError(f"accounts={accounts}; it takes at least one")
    return Traffic(theft.x, theft.labels, np.arange(len(theft)) % accounts, theft.times)
