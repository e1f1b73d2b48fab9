"""The records that are told most easily: a picture or a row each, and at how few false accusations it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.contracts import ArrayReader
from bartizan.core.leak import Membership
from bartizan.report.charts.picture import data_uri, to_pixels
from bartizan.report.members import accusations
from bartizan.report.numbers import percent, quantity

FEATURES = 6
Kept = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Record:
    """risk: at how few false accusations it is told. place: which record of the training data, where that is known.

    picture, or features (name, value) of a table, with the `label`; all empty where the records are withheld.
    """

    risk: str
    place: str = ""
    label: str = ""
    picture: str = ""
    features: tuple[tuple[str, str], ...] = ()


def exposed(found: Membership | None, arrays: ArrayReader, names: Sequence[str]) -> list[Record]:
    """The first ones first; none where nothing was kept. names: of the features of a table."""
    kept = arrays(found.evidence) if found else {}
    if "exposed_fpr" not in kept:
        return []
    risks = np.asarray(kept["exposed_fpr"], np.float64)
    return [_record(kept, i, float(risk), names) for i, risk in enumerate(risks)]


def _record(kept: Kept, i: int, risk: float, names: Sequence[str]) -> Record:
    place = f"record {quantity(int(kept['exposed_row'][i]))}" if "exposed_row" in kept else ""
    said = f"told at {accusations(risk)}" if risk <= 0.1 else f"told only at {percent(risk)} falsely accused"
    if "example_record" not in kept:
        return Record(said, place)
    label = str(int(np.asarray(kept["example_label"], np.int64)[i])) if "example_label" in kept else ""
    every = np.nan_to_num(np.asarray(kept["example_record"], np.float64))
    if every.ndim == 4:
        return Record(said, place, label, picture=data_uri(to_pixels(every[i], float(every.min()), float(every.max()))))
    row = every[i].ravel()[:FEATURES]
    return Record(said, place, label, features=tuple((_name(names, j), quantity(float(v))) for j, v in enumerate(row)))


def _name(names: Sequence[str], i: int) -> str:
    return names[i] if i < len(names) else f"feature {i}"
