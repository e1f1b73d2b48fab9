"""What a detector is worth: the same thief in the open, slow, and in many accounts, beside users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bartizan.core.data import Array, Labels
from bartizan.core.errors import UsageError
from bartizan.numerics.rate import Rate
from bartizan.numerics.seeds import child

from .traffic import Traffic, busy, in_many_accounts, slowly, users
from .watch import Alarm, Make, calibrated, replay


@dataclass(frozen=True)
class Caught:
    """One way to steal. accounts: of the thief; caught: the share of them that raised an alarm; before: the fewest
    queries of the theft that were answered before the first alarm, None where there was none; queries: of all, those
    that hide the theft included."""

    thief: str
    accounts: int
    caught: float
    before: int | None
    queries: int


@dataclass(frozen=True)
class Rehearsal:
    """threshold, calibrated on one half of the users; false_alarms: the share of the other half that raised an alarm,
    with its exact interval; claimed: what the calibration promises. busy: users who steal nothing and send as much as
    the thief in the open and the slow one: where these raise alarms too, it is how much is asked that is seen, and not
    what."""

    detector: str
    threshold: float
    claimed: float
    false_alarms: Rate
    thieves: tuple[Caught, ...]
    busy: tuple[Caught, ...]


def rehearse(
    make: Make,
    theft: Traffic,
    x: Array,
    labels: Labels,
    *,
    queries: int = 200,
    false_alarms: float = 0.05,
    share: float = 0.1,
    accounts: int = 20,
    seed: int = 0,
) -> Rehearsal:
    """Replay a theft (one account, of an extraction's ledger say) and users who draw on benign inputs `x` (N×…).

    queries: of each user. false_alarms: share of users that may be accused. share: of the slow thief's queries that
    serve the theft. accounts: of the thief who has many. Raises `UsageError` where there are too few inputs for users
    enough.
    """
    crowd = users(x, labels, queries=queries, seed=child(seed, "users"))
    if len(crowd) < 2:
        raise UsageError(
            f"{len(x)} benign inputs make {len(crowd)} users of {queries} queries; at least two are needed"
        )
    thieves = {
        "in the open": theft,
        "slow": slowly(theft, x, labels, share=share, seed=child(seed, "slow")),
        "many accounts": in_many_accounts(theft, accounts),
    }
    honest = {
        name: busy(theft, x, labels, queries=len(thieves[name]), seed=child(seed, "busy"))
        for name in ("in the open", "slow")
    }
    return judged(make, crowd, theft, thieves, honest, false_alarms)


def judged(
    make: Make,
    crowd: Sequence[Traffic],
    theft: Traffic,
    thieves: Mapping[str, Traffic],
    honest: Mapping[str, Traffic],
    false_alarms: float,
) -> Rehearsal:
    """One half of the `crowd` sets the threshold, the other and all others are held against it. honest: by the name of
    the thief they are as busy as."""
    half = len(crowd) // 2
    threshold = calibrated(make, crowd[:half], false_alarms)
    accused = np.array([bool(replay(make, threshold, t)) for t in crowd[half:]])
    return Rehearsal(
        make().name,
        threshold,
        false_alarms,
        Rate.of(accused),
        tuple(_caught(name, make, threshold, t, theft) for name, t in thieves.items()),
        tuple(_caught(f"a user as busy as a thief {name}", make, threshold, t, theft) for name, t in honest.items()),
    )


def _caught(name: str, make: Make, threshold: float, traffic: Traffic, theft: Traffic) -> Caught:
    alarms = replay(make, threshold, traffic)
    held = len(set(traffic.accounts.tolist()))
    return Caught(name, held, len(alarms) / held, _before(alarms, traffic, theft), len(traffic))


def _before(alarms: dict[int, Alarm], traffic: Traffic, theft: Traffic) -> int | None:
    """Queries of the theft sent by anybody up to the first alarm."""
    places = [_place(traffic, account, alarm) for account, alarm in alarms.items()]
    if not places:
        return None
    stolen = {row.tobytes() for row in theft.x}
    return sum(row.tobytes() in stolen for row in traffic.x[: min(places) + 1])


def _place(traffic: Traffic, account: int, alarm: Alarm) -> int:
    return int(np.flatnonzero(traffic.accounts == account)[alarm.queries - 1])
