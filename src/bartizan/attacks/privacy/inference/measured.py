"""Scores of membership as the referee of privacy measures them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Flag, Measured, Measurement, Watched
from bartizan.core.data import Roles
from bartizan.numerics.membership import Mask, Scores, auc, fpr_interval, lowest_fpr, roc, threshold_at, tpr_interval
from bartizan.numerics.told_apart import lowest_rates, told_apart

LADDER = (0.01, 0.001, 0.0001)
LOWEST = -1e9
SHOWN = 8


def measured_scores(roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
    """`tpr` and `realised_fpr` at each {"fpr"} the number of non-members allows, the asked-for one first; there too
    `told_apart` and `falsely_accused`, by a threshold set on one half of the non-members; `auc`.

    The unit of `reached` is a member; `size` is the lowest false-positive rate at which it is found; `tries` are
    the queries metered for it, those that served all records included. Of the most exposed members, the first ones
    first: `exposed_fpr`, `exposed_row` in the training data where it is known, `example_record`, `example_label`.
    """
    member = roles.secrets["member"].astype(np.bool_)
    claimed = np.asarray(artifact.arrays["scores"], np.float64)
    scores = np.nan_to_num(claimed, nan=LOWEST, neginf=LOWEST, posinf=-LOWEST)
    if scores.shape != member.shape:
        raise ValueError(f"{len(member)} records were to be scored, and {scores.shape} scores came back")
    inside, outside = scores[member], scores[~member]
    asked, flags = _allowed(params.fpr, len(outside))
    flags += _unasked(artifact.watched, len(member))
    rates = [asked, *(f for f in LADDER if f != asked and f >= lowest_fpr(len(outside)))]
    rows = [row for fpr in rates for row in (_found(inside, outside, fpr), _accused(outside, fpr))]
    rows += [row for fpr in rates for row in _tried(inside, outside, fpr, seed)]
    rows.append(_area(scores, member))
    arrays = _arrays(inside, outside, threshold_at(outside, asked), _tries(artifact.watched, member))
    arrays["roc_fpr"], arrays["roc_tpr"] = roc(scores, member)
    arrays |= _exposed(roles, inside, outside)
    return Measured(tuple(rows), arrays, tuple(flags), tries_unit="queries", size_unit="false-positive rate")


def _allowed(fpr: float, non_members: int) -> tuple[float, list[Flag]]:
    """The rate asked for, or the lowest that the data allow with the flag that says so."""
    least = lowest_fpr(non_members)
    if fpr >= least * (1 - 1e-9):
        return fpr, []
    detail = (
        f"a false-positive rate of {fpr:g} needs {math.ceil(10 / fpr)} non-members and there are {non_members}; "
        f"measured at {least:g} instead"
    )
    return least, [Flag(id="fpr_too_low_for_n", detail=detail)]


def _unasked(watched: Watched, records: int) -> list[Flag]:
    """Records nobody could afford to ask about are not told from others, and have not withstood anything."""
    k = watched.ran_out(np.ones(records, np.bool_))
    detail = f"{k} of {records} records were not asked about in full: the budget over all of them was spent"
    return [Flag(id="budget_ran_out", detail=detail)] if k else []


def _found(members: Scores, non_members: Scores, fpr: float) -> Measurement:
    low, high = tpr_interval(members, non_members, fpr)
    return Measurement(
        estimand="tpr",
        unit="member",
        n=len(members),
        method="Clopper–Pearson at the order statistics of non-members that enclose the threshold, 95 % together",
        value=float((members > threshold_at(non_members, fpr)).mean()),
        low=low,
        high=high,
        at={"fpr": fpr},
    )


def _accused(non_members: Scores, fpr: float) -> Measurement:
    """What the threshold's own false-positive rate may be, given that it was set on so many non-members."""
    m = len(non_members)
    low, high = fpr_interval(m, math.floor(fpr * (m + 1) + 1e-9))
    return Measurement(
        estimand="realised_fpr",
        unit="non-member",
        n=m,
        method="tolerance interval of an order statistic, 95 %",
        value=math.floor(fpr * (m + 1) + 1e-9) / (m + 1),
        low=low,
        high=high,
        at={"fpr": fpr},
    )


def _tried(members: Scores, non_members: Scores, fpr: float, seed: int) -> tuple[Measurement, Measurement]:
    """Members above a threshold that keeps to `fpr` with 95 % confidence, and the outsiders who had no part in it."""
    told = told_apart(members, non_members, fpr, seed)
    exact, other = "Clopper–Pearson", len(non_members) // 2
    return (
        Measurement(
            estimand="told_apart", unit="member", n=len(members), method=exact, value=told.tpr, low=told.low,
            high=told.high, at={"fpr": fpr},
        ),
        Measurement(
            estimand="falsely_accused", unit="non-member", n=other, method=exact, value=told.realised,
            low=told.realised_low, high=told.realised_high, at={"fpr": fpr},
        ),
    )  # fmt: skip


def _exposed(roles: Roles, members: Scores, non_members: Scores) -> dict[str, NDArray[np.generic]]:
    """The members that score highest, with the lowest false-positive rate at which each is told."""
    first = np.argsort(-members, kind="stable")[:SHOWN]
    among = np.flatnonzero(roles.secrets["member"])[first]
    arrays: dict[str, NDArray[np.generic]] = {
        "exposed_fpr": lowest_rates(members, non_members)[first],
        "example_record": roles.probe.x[among],
        "example_label": roles.probe.y[among],
    }
    return arrays | ({"exposed_row": roles.secrets["row"][among]} if "row" in roles.secrets else {})


def _area(scores: Scores, member: Mask) -> Measurement:
    value, low, high = auc(scores, member)
    return Measurement(
        estimand="auc",
        unit="record",
        n=len(scores),
        method="DeLong on the logit scale",
        value=value,
        low=low,
        high=high,
    )


def _tries(watched: Watched, member: Mask) -> NDArray[np.int64]:
    """Queries that each member took: its own, and those that named no record and served them all; at least 1."""
    own = np.zeros(len(member), np.int64) if watched.metered is None else watched.metered
    return np.maximum(own[member] + watched.shared, 1)


def _arrays(
    members: Scores, non_members: Scores, threshold: float, tries: NDArray[np.int64]
) -> dict[str, NDArray[np.generic]]:
    """Per member: found or not, queries spent on it, and the share of non-members scoring as high."""
    reached, m = members > threshold, len(non_members)
    above = 1 - np.searchsorted(np.sort(non_members), members, side="left") / m
    return {"reached": reached, "tries": tries, "size": np.where(reached, np.maximum(above, 1 / (m + 1)), np.inf)}
