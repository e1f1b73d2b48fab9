"""What was drawn or rebuilt of records, beside the nearest record trained on and the average of the class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.report.charts.picture import data_uri, to_pixels
from bartizan.report.panels import name_of
from bartizan.report.redact import WITHHELD

MOST = 4
KEYS = ("example_drawn", "example_nearest", "example_average")


@dataclass(frozen=True)
class Drawn:
    """One reconstruction of a class as inline pictures, and what it is held against."""

    label: str
    drawn: str
    nearest: str
    average: str


@dataclass(frozen=True)
class Drawings:
    """Those of one trial; `withheld` where there are some that this report does not show."""

    attack: str
    items: tuple[Drawn, ...] = ()
    withheld: bool = False


def drawings(assessment: Assessment, arrays: ArrayReader) -> list[Drawings]:
    """Of every trial on a model as described that kept any pictures; rows of tables are not drawn."""
    return [d for e in _told(assessment.evidence) if (d := _of(e, arrays)) is not None]


def _told(evidence: Iterable[Evidence]) -> Iterable[Evidence]:
    judged = ("record_resemblance", "record_recovered")
    untreated = (e for e in evidence if e.trial.subject.kind == "target" and not e.trial.subject.treatments)
    return (e for e in untreated if any(m.estimand in judged for m in e.measurements))


def _of(e: Evidence, arrays: ArrayReader) -> Drawings | None:
    kept = arrays(e.id)
    if WITHHELD in kept:
        return Drawings(name_of(e), withheld=True)
    if any(k not in kept for k in KEYS) or np.asarray(kept[KEYS[0]]).ndim != 4:
        return None
    three = [np.nan_to_num(np.asarray(kept[k], np.float64))[:MOST] for k in KEYS]
    low, high = min(float(a.min()) for a in three), max(float(a.max()) for a in three)
    classes = np.asarray(kept["example_class"], np.int64)
    items = [
        Drawn(str(int(c)), *(data_uri(to_pixels(a, low, high)) for a in one))
        for c, *one in zip(classes, *three, strict=False)
    ]
    return Drawings(name_of(e), tuple(items))
