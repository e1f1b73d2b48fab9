"""What the headline rate of a finding means for each class, and for the precision and recall the use case names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bartizan.core.classwise import Classes, OneClass, OperatingPoint, Share, Shift
from bartizan.core.contracts import ArrayReader
from bartizan.core.system import System
from bartizan.core.threat import Vulnerability
from bartizan.core.vocabulary import ThreatClass
from bartizan.numerics import classwise
from bartizan.numerics.intervals import clopper_pearson

from .cases import Cases, cases
from .profile import positive_classes
from .reading import LEVEL, Point, condition_of

BY_EXAMPLE = (ThreatClass.EVASION, ThreatClass.HAZARD)


def told_apart(
    system: System, v: Vulnerability, point: Point, arrays: ArrayReader
) -> tuple[Classes | None, OperatingPoint | None]:
    """Both, of the very examples and trials the headline rate of `v` is; nothing where inputs are not what changes."""
    model = next((m for m in system.assets.models if m.id == v.asset), None)
    found = cases(point, arrays) if model and v.threat_class in BY_EXAMPLE else None
    if model is None or found is None:
        return None, None
    names = model.load.class_names if model.load else ()
    count = max(len(names), (model.load.classes or 0) if model.load else 0)
    hazard = v.threat_class is ThreatClass.HAZARD
    of = {"evidence": tuple(e.id for e in point.trials), "under": condition_of(point.trials[0]) if hazard else ""}
    by_class, operating = classes(found, names, count), operating_point(found, positive_classes(system, model), count)
    return by_class and by_class.model_copy(update=of), operating and operating.model_copy(update=of)


def classes(found: Cases, names: Sequence[str], count: int = 0) -> Classes | None:
    """Accuracy of each class, clean and under attack; None where the answers were not kept.

    names: of the classes in their order, or none; count: of classes, where it is known. Both name classes that may
    have no example here.
    """
    if found.y is None or found.before is None or not len(found.y):
        return None
    known = range(max(count, len(names)))
    clean = classwise.by_class(found.before == found.y, found.y, known)
    attacked = classwise.by_class(~found.harmed, found.y, known)
    m = len(np.unique(found.y))
    each = tuple(
        OneClass(
            label=c,
            name=names[c] if 0 <= c < len(names) else "",
            clean=_share(clean[c], LEVEL / m),
            attacked=_share(attacked[c], LEVEL / m),
        )
        for c in clean
    )
    seen = [(c.attacked.value, c.label) for c in each if c.attacked.value is not None]
    method = f"Clopper–Pearson at level 1 − {LEVEL:g}/{m}, for all classes together: the worst is picked after looking"
    return Classes(each=each, worst=min(seen)[1], method=method)


def operating_point(found: Cases, positive: Sequence[int], count: int = 0) -> OperatingPoint | None:
    """Precision and recall of `positive`, clean and under attack, by the class the model answers; None where the
    answers were not kept, nothing is positive, or everything is."""
    if found.y is None or found.before is None or found.answers is None or not positive:
        return None
    known = set(range(count)) | {int(c) for c in np.unique([found.y, found.before, *found.answers])}
    if known <= set(positive):
        return None
    truth = np.isin(found.y, positive)
    called = np.isin(found.answers, positive)
    worst = np.where(truth, called.all(axis=0), called.any(axis=0))
    clean = classwise.precision_recall(truth, np.isin(found.before, positive))
    attacked = classwise.precision_recall(truth, worst)
    precision, recall = (Shift(clean=_share(a), attacked=_share(b)) for a, b in zip(clean, attacked, strict=True))
    return OperatingPoint(
        positive=tuple(dict.fromkeys(positive)),
        precision=precision,
        recall=recall,
        aimed=len(known) == 2,
        rule="the class the model answers",
        method="Clopper–Pearson 95 %",
    )


def _share(count: classwise.Count, alpha: float = LEVEL) -> Share:
    k, n = count
    low, high = clopper_pearson(k, n, alpha)
    return Share(value=k / n if n else None, low=low, high=high, n=n)
