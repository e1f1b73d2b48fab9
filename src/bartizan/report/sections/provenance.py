"""What nothing accounts for: missing digests, signatures and lists, open dependencies, known flaws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bartizan.core.artifact import Measurement
from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.vocabulary import Outcome

PIECES = {  # in the order of what weighs most
    "changed": "Changed",
    "statement": "Statement that does not hold",
    "flawed": "Known flaw",
    "digest": "No digest",
    "signature": "Not signed",
    "lock": "No lock file",
    "unpinned": "Version left open",
    "direct": "Not from an index",
    "unhashed": "No digest of the package",
    "bom": "Not in the bill of materials",
    "advisories": "Known flaws not looked for",
}


class Row(NamedTuple):
    """One gap as it is shown; opens: the threats that its design choice raises."""

    piece: str
    about: str
    what: str
    why: str
    mend: str
    choice: str
    opens: tuple[str, ...]


class Provenance(Section):
    """One row a gap, the gravest first; the files and dependencies that are open, in numbers."""

    spec = SectionSpec(
        id="provenance", title="Provenance", summary="What nothing accounts for.", order=84, heading="Provenance gaps"
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """No `looked` where provenance was not looked at."""
        found = [e for e in assessment.evidence if e.trial.plugin == "provenance" and e.outcome is Outcome.MEASURED]
        looked = [m for e in found if e.trial.subject.kind != "control" for m in e.measurements]
        opens = {e.choice: e.threats for e in assessment.exposures}
        rows = dict.fromkeys(_rows(looked, opens))
        order = list(PIECES.values())
        return {
            "looked": bool(looked),
            "rows": sorted(rows, key=lambda r: (order.index(r.piece) if r.piece in order else -1, r.about, r.what)),
            "counts": list(dict.fromkeys(_counts(looked))),
        }


def _rows(looked: list[Measurement], opens: Mapping[str, tuple[str, ...]]) -> Iterator[Row]:
    for m in looked:
        if m.estimand == "provenance_gap":
            at = {key: str(value) for key, value in m.at.items()}
            choice = at.get("choice", "")
            about, what, why, mend = (at.get(key, "") for key in ("about", "what", "why", "mend"))
            piece = PIECES.get(at["piece"], at["piece"])
            yield Row(piece, about, what, why, mend, choice, opens.get(choice, ()))


def _counts(looked: list[Measurement]) -> Iterator[tuple[str, int, int]]:
    for m in looked:
        if m.estimand in ("unaccounted_files", "weak_dependencies") and m.n:
            yield m.estimand, round(m.value * m.n), m.n
