"""Measures evasion again, with queries of its own: what is valid, what it fools, how small it is, and what to doubt."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Flag, Measured, Measurement, Watched
from bartizan.core.contracts import Family, PluginSpec, Referee
from bartizan.core.data import Data, Roles
from bartizan.core.target import Target
from bartizan.core.vocabulary import Capability
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.projections import Norm
from bartizan.numerics.seeds import child

from . import doubts
from .deployment import eight_bit
from .recheck import Rechecked, labels_of, recheck, unit_of

PICTURES = 6
NOISE_EXAMPLES = 50
NOISE_TRIES = 200
GRID = (0.25, 0.5, 0.75, 1.5, 2.0, 4.0)
UNITS = {"linf": "L∞ distance", "l2": "L2 distance", "l1": "L1 distance", "l0": "changed features"}


class EvasionReferee(Referee):
    """A success is an input inside the box and the ball (and within the rules of the features) that the deployed model
    gets wrong. Clean errors count: the adversary need do nothing. Whatever is invalid counts as a failure."""

    spec = PluginSpec(
        id="evasion",
        version=2,
        title="Referee of evasion",
        summary="Asks the deployed model again about every input an attack hands over.",
        references=("carlini2019", "clopper1934"),
    )
    family: ClassVar[Family] = "evasion"

    def measure(self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
        assert subject is not None, "evasion is measured on a model"
        probe, norm, eps = roles.probe, params.norm, float(params.eps)
        found = recheck(subject, probe, artifact, norm, eps)
        flags = doubts.bookkeeping(found, artifact.watched, eps, getattr(params, "goes_beyond", True))
        flags += doubts.nondeterminism(subject, probe.x)
        measurements = _rates(found, probe, norm, eps)
        if norm != "l0":
            more, doubted = _second_opinions(subject, probe, found, norm, eps, artifact.watched, seed)
            measurements, flags = measurements + more, flags + doubted
        elif doubts.inside(artifact.watched.access) and subject.info.differentiable:
            flags += doubts.gradients(subject, probe, ~found.reached, norm, eps)
        return Measured(
            measurements=tuple(measurements),
            arrays=_arrays(found, probe),
            flags=tuple(flags),
            tries_unit=unit_of(artifact.watched.access),
            size_unit="changed values" if norm == "l0" and subject.info.modality == "image" else UNITS[norm],
        )


def _rates(found: Rechecked, probe: Data, norm: str, eps: float) -> list[Measurement]:
    n, right = len(probe), ~found.wrong
    at: dict[str, float | int | str] = {"norm": norm, "eps": eps}
    rates = [
        _share("robust_error", int(found.reached.sum()), n, at),
        _share("attack_success", int((found.reached & right).sum()), int(right.sum()), at),
        _share("clean_error", int(found.wrong.sum()), n, {}),
    ]
    for c in np.unique(probe.y):
        of = probe.y == c
        rates.append(_share("class_robust_error", int(found.reached[of].sum()), int(of.sum()), {**at, "class": int(c)}))
    for share in GRID if norm != "l0" else (0.5, 1.5, 2.0, 4.0):
        k = int((found.size <= share * eps).sum())
        rates.append(_share("error_within", k, n, {"norm": norm, "eps": share * eps}))
    rates.append(_share("error_unbounded", int(np.isfinite(found.size).sum()), n, {"norm": norm}))
    return rates


def _second_opinions(
    subject: Target, probe: Data, found: Rechecked, norm: Norm, eps: float, watched: Watched, seed: int
) -> tuple[list[Measurement], list[Flag]]:
    """Noise against the attack, scores and gradients that do not guide, and the way through an 8-bit file.

    Which of them are due follows from what the adversary was granted, and from nothing it says.
    """
    measurements, flags = [], []
    at: dict[str, float | int | str] = {"norm": norm, "eps": eps}
    if not watched.baseline:
        rows = np.flatnonzero(~found.reached).astype(np.int64)[:NOISE_EXAMPLES]
        fell = doubts.noise_successes(subject, probe, rows, norm, eps, NOISE_TRIES, child(seed, "referee", "noise"))
        text = "examples the attack left standing fell to random noise"
        flags += doubts.raise_if("noise_beats_attack", int(fell.sum()), len(rows), text)
        measurements.append(_share("noise_beats_attack", int(fell.sum()), len(rows), {**at, "tries": NOISE_TRIES}))
    if doubts.inside(watched.access) and subject.info.differentiable:
        flags += doubts.gradients(subject, probe, ~found.reached, norm, eps)
    elif watched.access.allows(Capability.SCORES):
        output, stream = watched.access.output, child(seed, "referee", "flat")
        flags += doubts.flat_scores(subject, probe, found, norm, eps, output, stream)
    if subject.info.modality == "image" and subject.info.bounds is not None:
        rows = np.flatnonzero(found.reached & ~found.wrong)
        stored = eight_bit(found.within[rows], subject.info.bounds)
        kept = int((labels_of(subject, stored) != probe.y[rows]).sum())
        measurements.append(_share("survives_8bit", kept, len(rows), at))
        measurements.append(_share("robust_error_8bit", kept + int(found.wrong.sum()), len(probe), at))
        flags += doubts.lost_in_8_bits(kept, len(rows))
    return measurements, flags


def _arrays(found: Rechecked, probe: Data) -> dict[str, NDArray[np.generic]]:
    few = np.flatnonzero(found.reached & ~found.wrong)[:PICTURES]
    return {
        "reached": found.reached,
        "tries": found.tries,
        "size": found.size,
        "label": probe.y,
        "before": found.before,
        "after": np.where(found.reached, found.after, found.before),
        "example_original": probe.x[few],
        "example_changed": found.nearest[few],
        "example_label": probe.y[few],
        "example_before": found.before[few],
        "example_after": found.after[few],
    }


def _share(estimand: str, k: int, n: int, at: dict[str, float | int | str]) -> Measurement:
    low, high = clopper_pearson(k, n)
    return Measurement(
        estimand=estimand, unit="examples", n=n, method="Clopper–Pearson 95 %",
        value=k / n if n else 0.0, low=low, high=high, at=at,
    )  # fmt: skip
