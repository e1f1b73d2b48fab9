"""What the referee makes of a scan: margins and inverted triggers measured again, on inputs the scan never saw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.data import Data, Roles
from bartizan.core.errors import AccessDenied
from bartizan.core.target import Target
from bartizan.numerics.inversion.invert import Tried, answers
from bartizan.numerics.inversion.questions import ANY
from bartizan.numerics.margins import FEWEST_CLASSES, outlying

from .beside import beside_students
from .extremes import Margins
from .look import Look
from .matched import among_matched
from .measuring import logits_of, looked
from .null import Standing
from .settings import ScanSettings
from .verdict import Trigger, decide, said, triggers

PICTURES = 6
Arrays = dict[str, NDArray[np.generic]]


def judge_scan(subject: Target, roles: Roles, artifact: Artifact, settings: ScanSettings, seed: int) -> Measured:
    """`flagged_classes`: the share of classes to which a trigger is shown to lead; and how often the best trigger works
    on the probe, `inverted_success`.

    The upper end of the first one's interval is 1 always: a scan can show a backdoor, never that there is none. A class
    whose margin stands out is no more than a flag. Arrays: `margins` and `margin_p` (Holm-adjusted), one a class;
    `flagged`; for each class asked about `asked`, `success_FAMILY`; and the parameters of the best trigger.
    """
    look, margins, valid = looked(subject, roles, artifact.arrays, settings)
    p = outlying(margins, settings.alpha)[1]
    standing: Standing | None = None
    doubts: list[Flag] = []
    look = _with_students(subject, roles, look, settings, seed)
    if settings.matched and look.tried:
        standing, doubts = among_matched(subject, roles, look, settings, seed)
    ordered = triggers(look, standing, settings)
    shown = _shown(ordered, len(margins))
    arrays: Arrays = {"margins": margins, "margin_p": p, "flagged": shown, **_by_family(look.tried)}
    rows = [_flagged(shown, look, standing)]
    if ordered:
        rows.append(_success(ordered[0]))
        arrays |= {f"trigger_{n}": v for n, v in ordered[0].tried.parameters.items()}
    if shown.any():
        arrays |= _pictures(subject, ordered[0], settings, roles.probe)
    doubts += (
        _of_verdict(look, ordered, standing, settings) if standing else _of_margins(look, ordered, margins, settings)
    )
    return Measured(tuple(rows), arrays, (*doubts, *_of_samples(look, valid, roles)))


def _with_students(subject: Target, roles: Roles, look: Look, settings: ScanSettings, seed: int) -> Look:
    """The look beside students that the referee teaches, where triggers were tried and the weights are at hand."""
    if not settings.students or not look.tried:
        return look
    try:
        net = subject.weights()
    except AccessDenied:
        return look.with_students("the model's weights are not at hand")
    model, own, probe = logits_of(subject), roles.auxiliary, roles.probe
    return look.with_students(beside_students(net, model, subject.info, own, probe, settings, seed))


def _shown(ordered: tuple[Trigger, ...], classes: int) -> NDArray[np.bool_]:
    """The classes that convicting triggers lead to: all of them where one sends every class elsewhere."""
    shown = np.zeros(classes, np.bool_)
    for t in ordered:
        if t.works and t.stands_out:
            shown[slice(None) if t.tried.question.target == ANY else t.tried.question.target] = True
    return shown


def _flagged(shown: NDArray[np.bool_], look: Look, standing: Standing | None) -> Measurement:
    how = "inverted triggers tried on held-out inputs" if look.tried else "maximum margins alone, which convict nobody"
    if standing is not None:
        how += f", beside {standing.models} models trained anew (conformal p = {standing.p:.2g})"
    share = float(shown.mean())
    return Measurement(
        estimand="flagged_classes",
        unit="class",
        n=len(shown),
        method=f"{how}; cannot clear a class",
        value=share,
        low=share,
        high=1.0,
    )


def _success(best: Trigger) -> Measurement:
    return Measurement(
        estimand="inverted_success",
        unit="probe example the trigger is about",
        n=best.tried.n,
        method="Clopper-Pearson",
        value=best.success,
        low=best.low,
        high=best.high,
        at={"class": best.tried.question.target, "trigger": best.tried.family},
    )


def _by_family(found: tuple[Tried, ...]) -> Arrays:
    rates: dict[str, list[float]] = {}
    for t in found:
        rates.setdefault(t.family, []).append(t.hits / max(t.n, 1))
    asked = [t.question.target for t in found if t.family == found[0].family]
    return {"asked": np.array(asked, np.int64), **{f"success_{f}": np.array(r) for f, r in rates.items()}}


def _pictures(subject: Target, best: Trigger, settings: ScanSettings, probe: Data) -> Arrays:
    """A few held-out inputs without and with the trigger, and what the model says to both."""
    import torch

    model = logits_of(subject)
    families = settings.families(subject.info.input_shape, subject.info.bounds or (0.0, 1.0))
    family = next(f for f in families if f.name == best.tried.family)
    before = answers(model, probe.x).argmax(axis=1)
    rows = best.tried.question.of(probe.y, before)
    p = {n: torch.from_numpy(a)[None] for n, a in best.tried.parameters.items()}
    changed = family.apply(p, torch.from_numpy(probe.x[rows])[None])[0].numpy()
    after = answers(model, changed).argmax(axis=1)
    wanted = best.tried.question.target
    some = np.flatnonzero(after != probe.y[rows] if wanted == ANY else after == wanted)[:PICTURES]
    return {
        "example_original": probe.x[rows[some]],
        "example_changed": changed[some],
        "example_label": probe.y[rows[some]],
        "example_before": before[rows[some]],
        "example_after": after[some],
    }


def _of_verdict(look: Look, ordered: tuple[Trigger, ...], standing: Standing, settings: ScanSettings) -> list[Flag]:
    """What stands beside models trained anew, and how far that reaches."""
    verdict, why, _ = decide(look, ordered, standing, settings)
    detail = f"{standing.models} models trained anew on the data in hand: p = {standing.p:.2g}, and what stands out "
    flags = [Flag(id="scan_null_from_data", detail=f"{detail}furthest is {standing.top()}")]
    return [*flags, Flag(id="scan_suspicion", detail=why)] if verdict == "suspicious" else flags


def _of_margins(look: Look, ordered: tuple[Trigger, ...], margins: Margins, settings: ScanSettings) -> list[Flag]:
    """What no clean model is there to be held against."""
    verdict, why, _ = decide(look, ordered, None, settings)
    best = f"; the best inverted trigger: {said(ordered[0])}" if ordered else ""
    top = int(margins.argmax())
    detail = f"class {top} has the largest margin, {margins[top]:.3g}{best}{_beside(look)}"
    flags = [Flag(id="scan_null_uncalibrated", detail=detail)]
    return [*flags, Flag(id="scan_suspicion", detail=why)] if verdict == "suspicious" else flags


def _beside(look: Look) -> str:
    """How it stands beside its students, or why there are none."""
    if look.beside is None:
        return f"; no students of it to compare with, since {look.alone}" if look.alone else ""
    best = look.beside.any[0]
    return f"; from {look.beside.students} students it differs most by a {best.tried.name}, by {best.beyond:.2f}"


def _of_samples(look: Look, valid: NDArray[np.bool_], roles: Roles) -> list[Flag]:
    flags = []
    if not look.tried:
        n = len(roles.probe) + len(roles.auxiliary)
        flags.append(Flag(id="scan_margins_only", detail=f"{n} clean samples, and the budget, inverted no trigger"))
    if len(look.margins) < FEWEST_CLASSES:
        flags.append(Flag(id="scan_needs_more_classes", detail=f"{len(look.margins)} classes are too few to compare"))
    if not valid.all():
        detail = f"{int((~valid).sum())} of {len(valid)} points left the bounds"
        flags.append(Flag(id="invalid_examples", detail=detail))
    return flags
