"""Judging a planted trigger: victims trained with it beside clean twins of the same seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.admission import admitted
from bartizan.attacks.suspected import suspected
from bartizan.attacks.twins import (
    answers_of,
    doses_of,
    doubts,
    goal_reached,
    mean_over_seeds,
    seed_ignored,
    smallest_dose,
    train_all,
)
from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.data import Array, Labels, Roles
from bartizan.core.target import Target
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.poison import retraining_seeds
from bartizan.numerics.triggers import stored_in, triggered

WORKS_ANYWAY = 0.5
PICTURES = 6
_ROUNDING = 1e-6
Hits = NDArray[np.bool_]


@dataclass(frozen=True)
class Tried:
    """Probes with the trigger on them. rows: those that are to obey, all of other classes than they shall get, and
    `wanted` what they shall get. aside: those of classes that are neither to obey nor to be reached."""

    x: Array
    rows: NDArray[np.int64]
    wanted: Labels
    aside: NDArray[np.int64]
    aims: Labels

    def obeyed(self, said: Labels) -> Hits:
        """Of the answers to `x` (seeds × probes), which of `rows` got the class that was wanted."""
        return np.asarray(said[:, self.rows] == self.wanted, np.bool_)

    def spilt(self, said: Labels) -> Hits:
        """Which of `aside` got a class that only others were to get."""
        return np.isin(said[:, self.aside], self.aims)


def tried_on(roles: Roles, artifact: Artifact, classes: int) -> Tried:
    """The probes with the trigger. Raises `ValueError` where the goal does not name a class for each class."""
    goal = np.asarray(artifact.arrays["wanted"], np.int64)
    if goal.shape != (classes,) or goal.max(initial=-1) >= classes or goal.min(initial=0) < -1:
        raise ValueError(f"a goal names one class (or none, −1) for each of {classes}, not {goal.tolist()}")
    y, aims = roles.probe.y, np.unique(goal[goal >= 0])
    wanted = goal[y]
    rows = np.flatnonzero((wanted >= 0) & (wanted != y))
    aside = np.flatnonzero((wanted < 0) & ~np.isin(y, aims))
    return Tried(triggered(roles.probe.x, stored_in(artifact.arrays)), rows, wanted[rows], aside, aims)


def judge_trigger(subject: Target, roles: Roles, artifact: Artifact, params: Any, seed: int) -> Measured:
    """At each {"records"}, the largest first: `goal_reached`, `trigger_success`, `benign_accuracy_drop`; and the
    share of probes with the trigger that obey clean twins, `trigger_success_without_poison`. Where not all classes are
    to obey, `trigger_spill` is the share of the others' that do, beyond the twins'. Who would see it: `suspected`.

    `trigger_success`, the harm, is the share of probes with the trigger that get the class wanted of them, which is
    never their own, less the share of them that get it from the clean twin of the same seed too. Nothing obeys a
    trigger that nobody could show the model. The goal also fails where the trigger works on the clean twin.
    """
    artifact, refused = admitted(subject, roles, artifact)
    seeds = retraining_seeds(seed, params.seeds, subject.info.origin)
    doses, probe = doses_of(artifact), roles.probe
    tried = tried_on(roles, artifact, subject.info.classes)
    answers, given, flags = {}, {}, _out_of_bounds(subject, probe.x, tried.x)
    for d in sorted({0, *doses}):
        models = train_all(subject, roles, artifact, seeds, d)
        answers[d] = answers_of(models, probe.x, clean=d == 0)
        given[d] = answers_of(models, tried.x, clean=d == 0)
    obeyed = {d: tried.obeyed(said) for d, said in given.items()}
    rightly = {d: said == probe.y for d, said in answers.items()}
    reached = {d: _goal(obeyed, rightly, d, params) & (not flags) for d in doses}
    fixed = seed_ignored(answers, given)
    rows = [row for d in reversed(doses) for row in _rows(d, reached, obeyed, rightly, fixed, bool(flags))]
    if len(tried.aside):
        spilt = {d: tried.spilt(given[d]) for d in (0, doses[-1])}
        unit = "probe example of a class that is not to obey"
        rows.append(mean_over_seeds("trigger_spill", spilt[doses[-1]], spilt[0], doses[-1], unit=unit, fixed=fixed))
    rows.append(_without_poison(obeyed[0]))
    rows += suspected(subject, roles, artifact, rows, params, seed)
    flags += [*refused, *doubts(subject, roles, answers, given)]
    if obeyed[0].mean() >= WORKS_ANYWAY:
        detail = f"{obeyed[0].mean():.0%} of the stamped inputs reach the target class on models trained on clean data"
        flags.append(Flag(id="trigger_works_without_poison", detail=detail))
    arrays = smallest_dose(reached, len(roles.writable)) | _pictures(roles, tried, answers, obeyed, max(doses))
    arrays |= {"dose_records": np.array(doses), "dose_success": np.array([obeyed[d].mean(axis=1) for d in doses])}
    return Measured(tuple(rows), arrays, tuple(flags), "records", "share of the training set")


def _rows(
    d: int, reached: dict[int, Hits], obeyed: dict[int, Hits], rightly: dict[int, Hits], fixed: bool, barred: bool
) -> list[Measurement]:
    won = obeyed[0] if barred else obeyed[d]
    units = 1 if fixed else len(won)
    stamped, probes = "probe example of another class", "probe example"
    return [
        goal_reached(reached[d][:units], d),
        mean_over_seeds("trigger_success", won, obeyed[0], d, unit=stamped, fixed=fixed),
        mean_over_seeds("benign_accuracy_drop", rightly[0], rightly[d], d, unit=probes, fixed=fixed),
    ]


def _goal(obeyed: dict[int, Hits], rightly: dict[int, Hits], dose: int, params: Any) -> Hits:
    """Per seed: the trigger works, costs little accuracy, and does not work without the poison."""
    works = obeyed[dose].mean(axis=1) >= params.goal_success - 1e-9
    cheap = rightly[0].mean(axis=1) - rightly[dose].mean(axis=1) <= params.goal_drop + 1e-9
    return np.asarray(works & cheap & (obeyed[0].mean(axis=1) < WORKS_ANYWAY), np.bool_)


def _without_poison(obeyed: Hits) -> Measurement:
    """Share of stamped probes, averaged over clean twins; an example counts once, the interval is rounded outwards."""
    n = obeyed.shape[1]
    hits = float(obeyed.mean(axis=0).sum())
    return Measurement(
        estimand="trigger_success_without_poison",
        unit="probe example of another class",
        n=n,
        method=f"Clopper-Pearson, averaged over {len(obeyed)} retraining seeds",
        value=hits / max(n, 1),
        low=clopper_pearson(int(np.floor(hits + 1e-9)), n)[0],
        high=clopper_pearson(int(np.ceil(hits - 1e-9)), n)[1],
        at={"records": 0},
    )


def _out_of_bounds(subject: Target, clean: Array, stamped: Array) -> list[Flag]:
    low, high = subject.info.bounds or (-np.inf, np.inf)
    inside = np.isfinite(stamped) & (stamped >= low - _ROUNDING) & (stamped <= high + _ROUNDING)
    left = ~(inside | (stamped == clean)).reshape(len(clean), -1).all(axis=1)
    if not left.any():
        return []
    detail = f"{int(left.sum())} of {len(left)} inputs leave the bounds with the trigger on them"
    return [Flag(id="invalid_examples", detail=detail)]


def _pictures(
    roles: Roles, tried: Tried, answers: dict[int, Labels], obeyed: dict[int, Hits], dose: int
) -> dict[str, NDArray[np.generic]]:
    """A few probes with and without the trigger, and what the first poisoned model says to both."""
    before = answers[dose][0][tried.rows]
    chosen = np.flatnonzero(obeyed[dose][0] & (before == roles.probe.y[tried.rows]))[:PICTURES]
    shown = tried.rows[chosen]
    return {
        "example_original": roles.probe.x[shown],
        "example_changed": tried.x[shown],
        "example_label": roles.probe.y[shown],
        "example_before": before[chosen],
        "example_after": tried.wanted[chosen],
    }
