"""What the attacks of a finding got, each answer with its table: for pages that draw and for formats that cannot."""

from __future__ import annotations

from collections.abc import Sequence

from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.report import copies, doses, guessed, members, stealth, watchers
from bartizan.report.panels import name_of
from bartizan.report.table import Got


def gains(finding: Finding, evidence: Sequence[Evidence]) -> list[Got]:
    """Records told, the copy with who would have noticed it made, doses of poison and who would see
    them, columns and groups and updates; what
    there is."""
    names = {e.id: name_of(e) for e in evidence}
    poison = (doses.got(finding, names), stealth.got(finding, names))
    about = (members.got(finding), copies.got(finding), watchers.got(finding), *poison)
    return [*(g for g in about if g is not None), *guessed.got(evidence)]
