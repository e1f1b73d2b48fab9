"""Guesses of a withheld column as the referee of privacy measures them: against those of an imputer of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.data import Roles
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.paired import paired_difference
from bartizan.numerics.seeds import child

from .guessing import imputed

Hits = NDArray[np.bool_]


def measured_guesses(roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
    """`attribute_gain`: how much more often the `guesses` are right than an imputer that never saw the model, on the
    same members; `attribute_gain_outsiders`: on outsiders, where it tells of the population and not of the records.
    `attribute_told` and `attribute_imputed`: the shares of right ones among members.

    The unit of `reached` is a member: whether its value was told, and the imputer's guess was wrong.
    """
    truth, member = np.asarray(roles.secrets["column"], np.float32), roles.secrets["member"].astype(np.bool_)
    guesses = np.asarray(artifact.arrays["guesses"])
    if guesses.shape != truth.shape:
        raise ValueError(f"{len(truth)} values were to be guessed, and guesses of shape {guesses.shape} came back")
    column = roles.auxiliary.column(params.column)
    values = np.unique(roles.auxiliary.x[:, column])
    right = guesses == truth
    plain = values[imputed(roles.auxiliary, roles.probe, column, values, seed=child(seed, "imputer"))] == truth
    at = {"column": params.column, "values": len(values)}
    rows = (
        _gain("attribute_gain", right[member], plain[member], at),
        _gain("attribute_gain_outsiders", right[~member], plain[~member], at),
        _share("attribute_told", right[member], at),
        _share("attribute_imputed", plain[member], at),
    )
    own = np.zeros(len(truth), np.int64) if artifact.watched.metered is None else artifact.watched.metered
    tries = np.maximum(own[member] + artifact.watched.shared, 1)
    arrays = {"reached": right[member] & ~plain[member], "tries": tries}
    return Measured(rows, arrays, tuple(_flags(artifact, len(truth))), tries_unit="queries")


def _gain(name: str, right: Hits, plain: Hits, at: dict[str, Any]) -> Measurement:
    value, low, high = paired_difference(right, plain)
    unit = "outsider" if name.endswith("outsiders") else "member"
    method = "Newcombe's paired difference to an imputer"
    return Measurement(estimand=name, unit=unit, n=len(right), method=method, value=value, low=low, high=high, at=at)


def _share(name: str, right: Hits, at: dict[str, Any]) -> Measurement:
    k, n = int(right.sum()), len(right)
    low, high = clopper_pearson(k, n)
    return Measurement(
        estimand=name, unit="member", n=n, method="Clopper–Pearson", value=k / n, low=low, high=high, at=at
    )


def _flags(artifact: Artifact, records: int) -> list[Flag]:
    k = artifact.watched.ran_out(np.ones(records, np.bool_))
    detail = f"{k} of {records} records were not asked about in full: the budget over all of them was spent"
    return [Flag(id="budget_ran_out", detail=detail)] if k else []
