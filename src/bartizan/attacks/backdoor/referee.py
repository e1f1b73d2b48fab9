"""The referee of backdoors: plants the trigger itself and tries it out, and tries those of a scan on other inputs."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.admission import admitted
from bartizan.attacks.backdoor.inhand.judging import judge_scan
from bartizan.attacks.backdoor.trigger import stamp
from bartizan.attacks.twins import alike, doses_of, doubts, goal_reached, mean_over_seeds, smallest_dose, train_all
from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.contracts import Family, PluginSpec, Referee
from bartizan.core.data import Array, Labels, Roles
from bartizan.core.target import Target
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.poison import retraining_seeds

WORKS_ANYWAY = 0.5
PICTURES = 6


class BackdoorReferee(Referee):
    """Triggers are judged by retraining with seeds of its own, scans by the triggers they return, tried out."""

    spec = PluginSpec(
        id="backdoor",
        version=4,
        title="Referee of backdoors",
        summary="How often a planted trigger works, at what cost in accuracy; which class of a model stands out.",
        references=("gu2017", "wang2019", "wang2024mmbd", "clopper1934"),
    )
    family: ClassVar[Family] = "backdoor"
    also: ClassVar[tuple[str, ...]] = ("goal_reached",)

    def measure(self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
        """See `judge_trigger` (artifact kind `trigger`) and `judge_scan`."""
        assert subject is not None
        if artifact.kind == "trigger":
            return judge_trigger(subject, roles, artifact, params, seed)
        return judge_scan(subject, roles, artifact, params)


def judge_trigger(subject: Target, roles: Roles, artifact: Artifact, params: Any, seed: int) -> Measured:
    """At each {"records"}, the largest first: `goal_reached`, `trigger_success`, `benign_accuracy_drop`; and the
    share of stamped probes that clean twins send to the target class, `trigger_success_without_poison`.

    `trigger_success`, the harm, is the share of stamped probes of other classes that obey, less the share of them that
    obey the clean twin of the same seed too. Nothing obeys a trigger that nobody could show the model. The goal also
    fails where the trigger works on the clean twin.
    """
    artifact, refused = admitted(subject, roles, artifact)
    seeds = retraining_seeds(seed, params.seeds, subject.info.origin)
    doses, probe = doses_of(artifact), roles.probe
    target = int(artifact.arrays["target"][0])
    stamped = stamp(probe.x[probe.y != target], artifact.arrays["mask"], artifact.arrays["pattern"])
    answers, given, flags = {}, {}, _out_of_bounds(subject, artifact)
    for d in sorted({0, *doses}):
        models = train_all(subject, roles, artifact, seeds, d)
        answers[d] = np.stack([m.labels(probe.x) for m in models])
        given[d] = np.stack([m.labels(stamped) for m in models])
    obeyed = {d: said == target for d, said in given.items()}
    rightly = {d: said == probe.y for d, said in answers.items()}
    reached = {d: _goal(obeyed, rightly, d, params) & (not flags) for d in doses}
    fixed = alike(answers[0])
    units = 1 if fixed else len(seeds)
    rows: list[Measurement] = []
    for d in reversed(doses):
        won = obeyed[0] if flags else obeyed[d]
        stamped_probe, probes = "probe example of another class", "probe example"
        rows.append(goal_reached(reached[d][:units], d))
        rows.append(mean_over_seeds("trigger_success", won, obeyed[0], d, unit=stamped_probe, fixed=fixed))
        rows.append(mean_over_seeds("benign_accuracy_drop", rightly[0], rightly[d], d, unit=probes, fixed=fixed))
    rows.append(_without_poison(obeyed[0]))
    flags += [*refused, *doubts(subject, roles, answers, given)]
    if obeyed[0].mean() >= WORKS_ANYWAY:
        detail = f"{obeyed[0].mean():.0%} of the stamped inputs reach the target class on models trained on clean data"
        flags.append(Flag(id="trigger_works_without_poison", detail=detail))
    arrays = smallest_dose(reached, len(roles.writable)) | _pictures(
        roles, stamped, target, answers, obeyed, max(doses)
    )
    arrays |= {"dose_records": np.array(doses), "dose_success": np.array([obeyed[d].mean(axis=1) for d in doses])}
    return Measured(tuple(rows), arrays, tuple(flags), "records", "share of the training set")


def _goal(
    obeyed: dict[int, NDArray[np.bool_]], rightly: dict[int, NDArray[np.bool_]], dose: int, params: Any
) -> NDArray[np.bool_]:
    """Per seed: the trigger works, costs little accuracy, and does not work without the poison."""
    works = obeyed[dose].mean(axis=1) >= params.goal_success - 1e-9
    cheap = rightly[0].mean(axis=1) - rightly[dose].mean(axis=1) <= params.goal_drop + 1e-9
    return np.asarray(works & cheap & (obeyed[0].mean(axis=1) < WORKS_ANYWAY), np.bool_)


def _without_poison(obeyed: NDArray[np.bool_]) -> Measurement:
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


def _out_of_bounds(subject: Target, artifact: Artifact) -> list[Flag]:
    mask, pattern = np.asarray(artifact.arrays["mask"], np.bool_), np.asarray(artifact.arrays["pattern"], np.float64)
    low, high = subject.info.bounds or (-np.inf, np.inf)
    inside = np.isfinite(pattern[mask]) & (pattern[mask] >= low - 1e-6) & (pattern[mask] <= high + 1e-6)
    if inside.all():
        return []
    return [Flag(id="invalid_examples", detail=f"{int((~inside).sum())} entries of the trigger lie outside the bounds")]


def _pictures(
    roles: Roles,
    stamped: Array,
    target: int,
    answers: dict[int, Labels],
    obeyed: dict[int, NDArray[np.bool_]],
    dose: int,
) -> dict[str, NDArray[np.generic]]:
    """A few probes with and without the trigger, and what the first poisoned model says to both."""
    others = np.flatnonzero(roles.probe.y != target)
    before = answers[dose][0][others]
    shown = np.flatnonzero(obeyed[dose][0] & (before == roles.probe.y[others]))[:PICTURES]
    return {
        "example_original": roles.probe.x[others[shown]],
        "example_changed": stamped[shown],
        "example_label": roles.probe.y[others[shown]],
        "example_before": before[shown],
        "example_after": np.full(len(shown), target, np.int64),
    }
