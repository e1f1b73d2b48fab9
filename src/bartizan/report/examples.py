"""A few inputs side by side: as they were, what was changed, and what the model then saw and said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.report.charts.picture import data_uri, to_pixels
from bartizan.report.numbers import quantity
from bartizan.report.panels import counted, name_of
from bartizan.report.redact import WITHHELD

MOST = 4
FEATURES = 8
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One input. Images have three pictures; rows of a table have the changed features (name, before, after)."""

    label: str
    before: str
    after: str
    original: str = ""
    change: str = ""
    changed: str = ""
    features: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Examples:
    """The examples of one trial. `verb`: what was done to them, `attacked` or, by the world, `changed`."""

    attack: str
    items: tuple[Example, ...]
    largest: str = ""
    verb: str = "attacked"


def examples(evidence: Sequence[Evidence], arrays: ArrayReader, names: Sequence[str]) -> Examples | None:
    """Those of the first trial that kept any: give the strongest first. `names` are the features of a table."""
    for e in counted(evidence):
        kept = arrays(e.id)
        if all(f"example_{part}" in kept for part in ("original", "changed")) and len(kept["example_original"]):
            found = _examples(name_of(e), kept, names)
            return replace(found, verb="changed") if e.trial.kind == "hazard" else found
    return None


def withheld(evidence: Sequence[Evidence], arrays: ArrayReader) -> bool:
    """Whether examples exist that this report does not show."""
    return any(WITHHELD in arrays(e.id) for e in evidence)


def _examples(attack: str, kept: Mapping[str, NDArray[np.generic]], names: Sequence[str]) -> Examples:
    original = np.nan_to_num(np.asarray(kept["example_original"], np.float64))[:MOST]
    changed = np.nan_to_num(np.asarray(kept["example_changed"], np.float64))[:MOST]
    said = [_said(kept, i) for i in range(len(original))]
    if original.ndim != 4:
        rows = [Example(*s, features=_features(a, b, names)) for s, a, b in zip(said, original, changed, strict=True)]
        return Examples(attack, tuple(rows))
    low, high = float(min(original.min(), changed.min())), float(max(original.max(), changed.max()))
    largest = float(np.abs(changed - original).max())
    pictures = [_pictures(s, a, b, low, high) for s, a, b in zip(said, original, changed, strict=True)]
    return Examples(attack, tuple(pictures), quantity(largest))


def _said(kept: Mapping[str, NDArray[np.generic]], i: int) -> tuple[str, str, str]:
    label, before, after = (kept.get(f"example_{part}") for part in ("label", "before", "after"))
    return _class(label, i), _class(before, i), _class(after, i)


def _class(values: NDArray[np.generic] | None, i: int) -> str:
    return "?" if values is None or i >= len(values) else str(int(np.asarray(values, np.int64)[i]))


def _pictures(said: tuple[str, str, str], original: Floats, changed: Floats, low: float, high: float) -> Example:
    change = changed - original
    most = float(np.abs(change).max()) or 1.0
    pixels = [to_pixels(original, low, high), to_pixels(change, -most, most), to_pixels(changed, low, high)]
    uris = [data_uri(p) for p in pixels]
    return Example(*said, original=uris[0], change=uris[1], changed=uris[2])


def _features(original: Floats, changed: Floats, names: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    a, b = original.ravel(), changed.ravel()
    moved: list[Any] = sorted(np.flatnonzero(a != b), key=lambda i: -abs(b[i] - a[i]))[:FEATURES]
    return tuple((_name(names, int(i)), quantity(float(a[i])), quantity(float(b[i]))) for i in moved)


def _name(names: Sequence[str], i: int) -> str:
    return names[i] if i < len(names) else f"feature {i}"
