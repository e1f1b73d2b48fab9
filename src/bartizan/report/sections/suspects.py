"""The training records that look least as if they belonged: a picture or a row each, with what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.evidence import Evidence
from bartizan.core.vocabulary import Outcome
from bartizan.report.charts.picture import data_uri, to_pixels
from bartizan.report.numbers import quantity

FEATURES = 6
SIGNALS = (  # in the order of the scanner's signals, which are kept by number: new ones come last
    ("wrong_label", "its label", "flipped labels", "right labels on altered records"),
    (
        "spectral",
        "a direction that few of its class have",
        "one trigger with wrong labels, in a tenth of a class or more",
        "right labels, spread-out or rare poison",
    ),
    (
        "cluster",
        "a part of its class that stands apart",
        "the same triggers, a little less of them",
        "the same, and classes of several natural kinds",
    ),
    ("outlier", "no record like it", "broken and foreign records", "poison among clean records"),
    (
        "foreign_mark",
        "the look of another class, with a mark that makes the model say its own",
        "one trigger with wrong labels, from about a hundredth of the data on",
        "right labels, and poison that is not learnt",
    ),
)


class Suspect(NamedTuple):
    """One record: which it is, what it is called, what the models call it, and what speaks against it."""

    row: int
    label: int
    guess: int
    against: str
    picture: str = ""
    features: tuple[tuple[str, str], ...] = ()


class Suspects(Section):
    """A gallery for each data set that was looked through, and what such a look can and cannot see."""

    spec = SectionSpec(
        id="suspects", title="Suspects", summary="Training records that look altered.", order=83, heading="Data in hand"
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """No `looks` where no training data were looked through."""
        found = [
            e
            for e in assessment.evidence
            if e.trial.plugin == "training_data" and e.outcome is Outcome.MEASURED and e.trial.subject.kind != "control"
        ]
        return {"looks": [_look(e, arrays(e.id)) for e in found], "signals": SIGNALS}


def _look(evidence: Evidence, kept: Mapping[str, NDArray[np.generic]]) -> dict[str, Any]:
    by = {m.estimand: m for m in evidence.measurements if m.estimand in ("suspect_excess", "planted_found")}
    counts = {str(m.at["signal"]): m for m in evidence.measurements if m.estimand == "suspects"}
    told = {str(m.at["what"]): round(m.value * m.n) for m in evidence.measurements if m.estimand == "told_by_scanner"}
    return {
        "of": evidence.trial.subject.id,
        "excess": by.get("suspect_excess"),
        "planted": by.get("planted_found"),
        "counts": [(name, words, sees, blind, counts.get(name)) for name, words, sees, blind in SIGNALS],
        "told": told,
        "items": list(_suspects(kept)),
        "withheld": "suspect_row" in kept and "example_suspect" not in kept,
    }


def _suspects(kept: Mapping[str, NDArray[np.generic]]) -> list[Suspect]:
    parts = [
        np.asarray(kept.get(f"suspect_{name}", np.zeros(0)), np.int64) for name in ("row", "label", "guess", "signal")
    ]
    shown = np.nan_to_num(np.asarray(kept.get("example_suspect", np.zeros(0)), np.float64))
    made = []
    for i, (row, label, guess, signal) in enumerate(zip(*(p.tolist() for p in parts), strict=True)):
        picture, features = _drawn(shown, i)
        made.append(Suspect(row, label, guess, SIGNALS[signal][1], picture, features))
    return made


def _drawn(shown: NDArray[np.float64], i: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    if i >= len(shown):
        return "", ()
    if shown.ndim == 4:
        return data_uri(to_pixels(shown[i], float(shown.min()), float(shown.max()))), ()
    row = shown[i].ravel()[:FEATURES]
    return "", tuple((f"feature {j}", quantity(float(v))) for j, v in enumerate(row))
