"""Promises of differential privacy beside what audits show: audited ≤ true ≤ promised."""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.core.assessment import Assessment
from bartizan.core.evidence import Evidence
from bartizan.core.vocabulary import Outcome
from bartizan.report.numbers import quantity
from bartizan.report.table import Table

HEAD = ("training", "ε promised", "ε shown, at least", "if its noise is Gaussian", "could have shown", "what it means")
HOW = (
    "Shown: by how well it is guessed from the model which of the canaries were trained on, with 95 % confidence and "
    "whatever the training does. A small bound is no proof of privacy: it may be the audit that is weak."
)
BROKEN = "BROKEN: more leaks than is promised"


def table(assessment: Assessment) -> Table:
    """A row for each training that was audited, as described or treated; no rows where none was."""
    titles = {e: t.title for t in assessment.treatments for e in t.evidence}
    names = {e.trial.name: titles.get(e.id, e.trial.plugin) for e in assessment.evidence if e.trial.kind == "defense"}
    rows = tuple(_row(e, names) for e in audited(assessment))
    return Table("Promises of differential privacy, audited", HEAD, rows, (HOW,) if rows else ())


def broken(assessment: Assessment) -> bool:
    """Whether any promise is contradicted."""
    return any((m := e.measurement("promise_broken")) and m.value > 0 for e in audited(assessment))


def audited(assessment: Assessment) -> Iterator[Evidence]:
    """The audits that were measured, in the order of the evidence."""
    return (e for e in assessment.evidence if e.outcome is Outcome.MEASURED and e.measurement("epsilon_promised"))


def _row(e: Evidence, names: dict[str, str]) -> tuple[str, ...]:
    found = {m.estimand: m for m in e.measurements}
    shown, promised = found["epsilon_shown"], found["epsilon_promised"]
    laid = [names.get(t, t) for t in e.trial.subject.treatments]
    return (
        ", ".join(laid) or "as described",
        f"{promised.value:.2g} (δ = {float(promised.at['delta']):g})",
        f"{shown.value:.2g}",
        f"{found['epsilon_gaussian'].value:.2g}",
        f"{found['epsilon_ceiling'].value:.2g} by {quantity(shown.n)} canaries",
        _meaning(found["promise_broken"].value > 0, shown.value, found["epsilon_ceiling"].value, promised.value),
    )


def _meaning(broken: bool, shown: float, ceiling: float, promised: float) -> str:
    if broken:
        return BROKEN
    if ceiling <= promised:
        return "not contradicted, and so few canaries could not have"
    return "not contradicted" if shown > 0 else "not contradicted; the canaries left no trace"
