"""The referee of privacy: the only one who knows who was a member."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.contracts import Family, PluginSpec, Referee
from bartizan.core.data import Roles
from bartizan.core.target import Target
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.membership import Mask, Scores, auc, lowest_fpr, roc, threshold_at

LADDER = (0.01, 0.001, 0.0001)
LOWEST = -1e9


class PrivacyReferee(Referee):
    """Sets the threshold on one half of the non-members; measures on the other half and on the members."""

    spec = PluginSpec(
        id="privacy",
        title="Referee of membership inference",
        summary="True-positive rate at a stated false-positive rate, the rate really observed, and the whole ROC.",
        references=("carlini2022lira", "clopper1934"),
    )
    family: ClassVar[Family] = "privacy"
    also = ("auc",)

    def measure(self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
        """`tpr` and `realised_fpr` at each {"fpr"} the number of non-members allows, the asked-for one first; `auc`.

        The unit of `reached` is a member; `size` is the lowest false-positive rate at which it is found.
        """
        member = roles.secrets["member"].astype(np.bool_)
        claimed = np.asarray(artifact.arrays["scores"], np.float64)
        scores = np.nan_to_num(claimed, nan=LOWEST, neginf=LOWEST, posinf=-LOWEST)
        if scores.shape != member.shape:
            raise ValueError(f"{len(member)} records were to be scored, and {scores.shape} scores came back")
        asked, flags = self._allowed(params.fpr, int((~member).sum()))
        rates = [asked, *(f for f in LADDER if f != asked and f >= lowest_fpr(int((~member).sum())))]
        setting, held = halves(scores[~member], seed)
        rows: list[Measurement] = []
        for fpr in rates:
            threshold = threshold_at(setting, fpr)
            rows += [_rate("tpr", scores[member], threshold, fpr), _rate("realised_fpr", held, threshold, fpr)]
        flags += _false_accusations(rows[1], asked)
        rows.append(_area(scores, member))
        arrays = _arrays(scores[member], held, threshold_at(setting, asked), int(artifact.claims["queries_per_record"]))
        arrays["roc_fpr"], arrays["roc_tpr"] = roc(scores, member)
        return Measured(tuple(rows), arrays, tuple(flags), tries_unit="queries", size_unit="false-positive rate")

    def _allowed(self, fpr: float, non_members: int) -> tuple[float, list[Flag]]:
        least = max(lowest_fpr(non_members), 1 / (non_members // 2 + 1))
        if fpr >= least * (1 - 1e-9):
            return fpr, []
        detail = (
            f"a false-positive rate of {fpr:g} needs {math.ceil(10 / fpr)} non-members and there are {non_members}; "
            f"measured at {least:g} instead"
        )
        return least, [Flag(id="fpr_too_low_for_n", detail=detail)]


def halves(non_members: Scores, seed: int) -> tuple[Scores, Scores]:
    """A random half to set the threshold on, and the rest to measure it."""
    order = np.random.default_rng((seed, 3)).permutation(len(non_members))
    middle = (len(order) + 1) // 2
    return non_members[order[:middle]], non_members[order[middle:]]


def _rate(estimand: str, scores: Scores, threshold: float, fpr: float) -> Measurement:
    k, n = int((scores > threshold).sum()), len(scores)
    low, high = clopper_pearson(k, n)
    unit = "member" if estimand == "tpr" else "non-member"
    method = "Clopper-Pearson, threshold from an order statistic of held-out non-members"
    return Measurement(
        estimand=estimand, unit=unit, n=n, method=method, value=k / max(n, 1), low=low, high=high, at={"fpr": fpr}
    )


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


def _false_accusations(realised: Measurement, fpr: float) -> list[Flag]:
    if realised.low <= fpr:
        return []
    detail = f"{realised.value:.2%} of {realised.n} held-out non-members were accused where {fpr:.2%} was meant"
    return [Flag(id="fpr_above_claimed", detail=detail)]


def _arrays(members: Scores, held: Scores, threshold: float, queries: int) -> dict[str, NDArray[np.generic]]:
    """Per member: found or not, queries spent on it, and the share of held-out non-members scoring as high."""
    reached = members > threshold
    above = 1 - np.searchsorted(np.sort(held), members, side="left") / max(len(held), 1)
    size = np.where(reached, np.maximum(above, 1 / (len(held) + 1)), np.inf)
    return {"reached": reached, "tries": np.full(len(members), queries, np.int64), "size": size}
