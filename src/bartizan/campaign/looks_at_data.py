"""Looks at the data and at what is stated of them: the range of inputs, ε, classes, their number, the accuracy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bartizan.numerics.intervals import clopper_pearson

from .apart import overlap
from .patient import Check, Look, Patient, spread

_JUDGED = 2000  # examples the accuracy is measured on
_FEW = 30  # with fewer examples, an interval spans more than a tenth of all rates even where none fails


def _inputs(p: Patient) -> Iterator[Check]:
    low, high = float(p.data.x.min()), float(p.data.x.max())
    seen = f"inputs lie in [{low:g}, {high:g}]"
    if p.bounds is None:
        yield Check(
            "inputs", "warn", f"{seen}; no bounds are stated (load.bounds), and attacks that need them are left out"
        )
        return
    stated = f"the stated bounds [{p.bounds[0]:g}, {p.bounds[1]:g}]"
    slack = 1e-6 * (p.bounds[1] - p.bounds[0])
    if low < p.bounds[0] - slack or high > p.bounds[1] + slack:
        yield Check("inputs", "fail", f"{seen}, outside {stated}; {_hint(high, p.bounds[1])}")
    elif high - low < 0.1 * (p.bounds[1] - p.bounds[0]):
        yield Check("inputs", "warn", f"{seen}, a small part of {stated}: do both speak of the same space?")
    else:
        yield Check("inputs", "ok", f"{seen}, within {stated}")


def _hint(high: float, bound: float) -> str:
    if 1 < high <= 255 and bound == 1:
        return "write 'scale: 0.00392156862745098' under the load of the data (1/255), or correct load.bounds"
    return "correct load.bounds, or scale the data (load.scale)"


def _eps(p: Patient) -> Iterator[Check]:
    if p.eps is None or p.bounds is None:
        return
    width, many = p.bounds[1] - p.bounds[0], float(np.prod(p.target.info.input_shape))
    largest = {"linf": width, "l2": width * many**0.5, "l1": width * many, "l0": many}.get(p.norm, np.inf)
    if p.eps > largest:
        yield Check("eps", "fail", f"ε = {p.eps:g} ({p.norm}) is larger than the whole range of inputs ({largest:g})")
    elif p.norm == "linf" and p.eps >= width / 2:
        yield Check(
            "eps", "warn", f"ε = {p.eps:g} turns every input into a flat grey one (half of the range {width:g})"
        )
    else:
        yield Check("eps", "ok", f"ε = {p.eps:g} ({p.norm}) in a range of {largest:g}")


def _classes(p: Patient) -> Iterator[Check]:
    k, seen = p.target.info.classes, np.unique(p.data.y)
    if int(seen.max()) >= k:
        yield Check(
            "classes", "fail", f"the labels go up to {int(seen.max())}, but the model has the classes 0 to {k - 1}"
        )
    elif len(seen) < k:
        yield Check("classes", "warn", f"the data show {len(seen)} of the model's {k} classes")
    else:
        yield Check("classes", "ok", f"the data show all {k} classes")


def _enough(p: Patient) -> Iterator[Check]:
    n, classes, seen = len(p.data), np.unique(p.data.y), []
    if n < _FEW:
        most = clopper_pearson(0, n)[1]
        seen.append(f"{n} test examples are few: where none fails, up to {most:.0%} of all may")
    if len(classes) == 1 and p.target.info.classes > 1:
        seen.append(f"all test examples are of class {classes[0]}, so nothing is said of the others")
    if seen:
        yield Check("enough", "warn", "; ".join(seen) + "; add more")
    else:
        yield Check("enough", "ok", f"{n} test examples")


def _accuracy(p: Patient) -> Iterator[Check]:
    part = p.data.take(spread(len(p.data), _JUDGED))
    hits = int((p.target.labels(part.x) == part.y).sum())
    low, high = clopper_pearson(hits, len(part))
    seen = f"accuracy is {hits / len(part):.3f} [{low:.3f}, {high:.3f}] on {len(part)} examples"
    common = float(np.bincount(part.y).max() / len(part))
    if p.stated_accuracy is None:
        poor = low <= common and p.target.info.classes > 1
        yield Check(
            "accuracy",
            "warn" if poor else "ok",
            seen + (f", no better than always answering the commonest class ({common:.3f})" if poor else ""),
        )
    elif high < p.stated_accuracy:
        yield Check(
            "accuracy",
            "fail",
            f"{seen}, below the stated {p.stated_accuracy:g}: check preprocessing, class order and test data",
        )
    elif low > p.stated_accuracy:
        yield Check("accuracy", "warn", f"{seen}, above the stated {p.stated_accuracy:g}: has it seen the test data?")
    else:
        yield Check("accuracy", "ok", f"{seen}, as stated ({p.stated_accuracy:g})")


def _apart(p: Patient) -> Iterator[Check]:
    if p.train is None:
        return
    found = overlap(p.train, p.data)
    if found.large:
        yield Check("apart", "fail", f"{found.sentence()}; test on examples that it was not trained on (test_data)")
    elif found.shared:
        yield Check("apart", "warn", f"{found.sentence()}; where membership is tested, these are left out")
    else:
        yield Check("apart", "ok", "no test example is a training example")


RANGE: tuple[Look, ...] = (_inputs, _eps)
LABELS: tuple[Look, ...] = (_classes, _enough, _accuracy, _apart)
