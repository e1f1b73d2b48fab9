"""The referee of backdoors: plants the trigger itself and tries it out, and measures again the margins of a scan."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.backdoor.flipped import judge_flips
from bartizan.attacks.backdoor.planted import judge_trigger
from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.contracts import Family, PluginSpec, Referee
from bartizan.core.data import Array, Roles
from bartizan.core.errors import AccessDenied
from bartizan.core.target import Target
from bartizan.numerics.margins import FEWEST_CLASSES, Margins, class_margins, outlying


class BackdoorReferee(Referee):
    """Triggers are judged by retraining with seeds of its own, scans by the margins of the points they return."""

    spec = PluginSpec(
        id="backdoor",
        version=4,
        title="Referee of backdoors",
        summary="How often a planted trigger works, at what cost in accuracy; which class of a model stands out.",
        references=("gu2017", "wang2024mmbd", "clopper1934"),
    )
    family: ClassVar[Family] = "backdoor"
    also: ClassVar[tuple[str, ...]] = ("goal_reached",)

    def measure(self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
        """See `judge_trigger` (artifact kind `trigger`), `judge_flips` (`parameters`) and `judge_scan`."""
        assert subject is not None
        if artifact.kind == "trigger":
            return judge_trigger(subject, roles, artifact, params, seed)
        if artifact.kind == "parameters":
            return judge_flips(subject, roles, artifact, params, seed)
        return judge_scan(subject, artifact, params.alpha)


def judge_scan(subject: Target, artifact: Artifact, alpha: float) -> Measured:
    """`flagged_classes`: the share of classes whose margin stands out at family-wise level `alpha`.

    The upper end of its interval is 1 always: a scan can show a backdoor, never that there is none.
    Arrays: `margins` and `margin_p` (Holm-adjusted), one a class.
    """
    margins, valid = reached_margins(subject, artifact)
    flagged, p = outlying(margins, alpha)
    share = float(flagged.mean())
    row = Measurement(
        estimand="flagged_classes",
        unit="class",
        n=len(margins),
        method=f"Student's prediction from the other classes' margins, Holm at {alpha:g}; cannot clear a class",
        value=share,
        low=share,
        high=1.0,
    )
    arrays: dict[str, NDArray[np.generic]] = {"margins": margins, "margin_p": p, "flagged": flagged}
    return Measured((row,), arrays, tuple(_scan_doubts(margins, p, valid)))


def reached_margins(subject: Target, artifact: Artifact) -> tuple[Margins, NDArray[np.bool_]]:
    """The largest margin of each class over the points handed in that lie in the bounds; and which do."""
    import torch

    x = np.ascontiguousarray(artifact.arrays["margin_inputs"], np.float32)
    c = np.asarray(artifact.arrays["margin_class"], np.int64)
    low, high = subject.info.bounds or (-np.inf, np.inf)
    flat = x.reshape(len(x), -1)
    valid = np.asarray((np.isfinite(flat) & (flat >= low - 1e-6) & (flat <= high + 1e-6)).all(axis=1), np.bool_)
    margin = np.zeros(len(x))
    with torch.no_grad():
        for i in range(0, len(x), 256):
            z = _logits(subject, x[i : i + 256])
            margin[i : i + 256] = class_margins(z, torch.from_numpy(c[i : i + 256])).numpy()
    best = np.zeros(subject.info.classes)
    np.maximum.at(best, c[valid], np.nan_to_num(margin[valid]))
    return best, valid


def _logits(subject: Target, x: Array) -> Any:
    import torch

    try:
        return subject.logits(torch.from_numpy(x))
    except AccessDenied:
        return subject.weights()(torch.from_numpy(x))


def _scan_doubts(margins: Margins, p: Margins, valid: NDArray[np.bool_]) -> list[Flag]:
    top = int(margins.argmax())
    detail = f"class {top} has the largest margin, {margins[top]:.3g}, adjusted p {p[top]:.2g}"
    flags = [Flag(id="scan_null_uncalibrated", detail=detail)]
    if len(margins) < FEWEST_CLASSES:
        flags.append(Flag(id="scan_needs_more_classes", detail=f"{len(margins)} classes are too few to compare"))
    if not valid.all():
        flags.append(
            Flag(id="invalid_examples", detail=f"{int((~valid).sum())} of {len(valid)} points left the bounds")
        )
    return flags
