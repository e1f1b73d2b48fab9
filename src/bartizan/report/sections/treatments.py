"""What was done about the findings, what it gained, what it cost, and what it made worse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.core.artifact import Measurement
from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.finding import Finding
from bartizan.core.treatment import Retest, Treatment
from bartizan.report import leaks, rationed, treated, wording
from bartizan.report.charts.tradeoff import Trade, key, trade_off
from bartizan.report.clock import Reading, baseline, clock_rows
from bartizan.report.costs import accuracy_change
from bartizan.report.figures import Figure, brackets
from bartizan.report.numbers import chance, percent, points, quantity
from bartizan.report.parameters import parameters

CHANGES = ("worse", "better", "unclear", "same", "untested")
STATUSES = ("applied", "failed", "recommended", "in_place", "does_not_fit", "refuted")


class Treatments(Section):
    """Every treatment with its status and reason; the trade-off of those applied as a drawing."""

    spec = SectionSpec(
        id="treatments", title="Treatments", summary="Gains, costs and harm.", order=80, heading="Treatments"
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """Applied ones first."""
        found = sorted(assessment.treatments, key=lambda t: (STATUSES.index(t.status), t.id))
        clock = assessment.clock.get("evidence") or {}
        elsewhere = {f.id for f in leaks.leaking(assessment)}  # drawn in the section of leaks
        trades = [trade for t in found for trade in _trades(t) if trade.finding not in elsewhere]
        base = baseline(_readings(t, clock) for t in found if t.status == "applied")
        return {
            "blocks": [
                _block(t, clock, base)
                | _behind(t, assessment.findings)
                | {"proofs": _proofs(t, assessment, arrays)}
                | {"rationed": rationed.said(t, assessment.evidence)}
                for t in found
            ],
            "chart": trade_off(trades) if trades else "",
            "key": key(list(dict.fromkeys(t.treatment for t in trades))),
        }


def _block(treatment: Treatment, clock: Mapping[str, Any], base: Mapping[str, Reading]) -> dict[str, Any]:
    by_change = {c: [r for r in treatment.retests if r.change == c] for c in ("better", "worse")}
    costs = [*_costs(treatment.costs), *clock_rows(_readings(treatment, clock), base)]
    return {
        "t": treatment,
        "better": len(by_change["better"]),
        "worse": [r.finding for r in by_change["worse"]],
        "retests": [(r, _said(r), _paired(r)) for r in sorted(treatment.retests, key=_place)],
        "clear_up_to": next((chance(r.paired.level) for r in treatment.retests if r.paired), ""),
        "costs": costs,
        "paired": any(row["before"] for row in costs),
        "params": parameters(treatment.params),
    }


def _behind(treatment: Treatment, findings: Iterable[Finding]) -> dict[str, Any]:
    """What lies behind the rates, in the order of the table of rates."""
    known = {f.id: f for f in findings}
    ordered = treatment.model_copy(update={"retests": tuple(sorted(treatment.retests, key=_place))})
    return {
        "ladders": treated.ladders(ordered, known),
        "worst_classes": treated.worst_classes(ordered, known),
        "by_class": treated.by_class(ordered, known),
        "operating_points": treated.operating_points(ordered, known),
        "positive": treated.positive(ordered, known),
    }


def _proofs(treatment: Treatment, assessment: Assessment, arrays: ArrayReader) -> list[Figure]:
    """What was proved of the treated model, once whatever findings it answers."""
    proved = dict.fromkeys(c for r in treatment.retests for c in r.measured.certified)
    return [figure for _, figure in brackets(list(proved), assessment.evidence, arrays)]


def _place(retest: Retest) -> tuple[int, str]:
    return CHANGES.index(retest.change), retest.finding


def _paired(retest: Retest) -> tuple[str, str] | None:
    """The pairs in words, and how surely. A clear difference that was not called one says why."""
    found = retest.paired
    if found is None:
        return None
    moved, surely = wording.paired(found)
    held = retest.change == "unclear" and found.adjusted <= found.level
    return moved, surely + ("; but an attack is missing on one side or raised a new doubt" if held else "")


def _trades(treatment: Treatment) -> list[Trade]:
    cost = accuracy_change(treatment.costs)
    if cost is None or treatment.status != "applied":
        return []
    return [
        Trade(treatment.title, r.finding, cost, r.before, r.after)
        for r in treatment.retests
        if r.before is not None and r.after is not None
    ]


def _costs(costs: Iterable[Measurement]) -> list[dict[str, str]]:
    """One row for each quantity: before and after where both were measured."""
    rows: dict[tuple[str, str], dict[str, Measurement]] = {}
    for m in costs:
        about = ", ".join(f"{wording.plain(k)} {v}" for k, v in m.at.items() if k != "when")
        rows.setdefault((m.estimand, about), {})[str(m.at.get("when", "change"))] = m
    return [_cost_row(name, about, found) for (name, about), found in rows.items()]


def _cost_row(name: str, about: str, found: Mapping[str, Measurement]) -> dict[str, str]:
    row = {"name": wording.plain(name) + (f" ({about})" if about else ""), "before": "", "after": "", "change": ""}
    row |= {when: _amount(m) for when, m in found.items() if when in row}
    if "before" in found and "after" in found:
        row["change"] = points(found["after"].value - found["before"].value)
    elif "change" in found:
        m = found["change"]
        change = points(m.value) if _is_share(m) else f"{quantity(m.value)} {m.unit}"
        row["change"] = change + (f" ({_span(m)})" if m.low != m.high else "")
    return row


def _is_share(m: Measurement) -> bool:
    return m.unit in ("share", "probe example", "example", "") and abs(m.value) <= 1


def _span(m: Measurement) -> str:
    return f"{points(m.low)} to {points(m.high)}" if _is_share(m) else f"{quantity(m.low)} to {quantity(m.high)}"


def _amount(m: Measurement) -> str:
    return percent(m.value) if _is_share(m) else f"{quantity(m.value)} {m.unit}"


def _said(retest: Retest) -> tuple[str, str, bool]:
    """The rates before and after as they are shown, and whether too few units were seen to tell them apart."""
    before, after = (wording.share(r) if r is not None else "" for r in (retest.before, retest.after))
    return before, after, wording.too_few(retest)


def _readings(treatment: Treatment, clock: Mapping[str, Any]) -> Mapping[str, Any]:
    """Readings of the clock live apart from the evidence; shown as they were read on the machine that measured."""
    return next((clock[e] for e in treatment.evidence if isinstance(clock.get(e), Mapping)), {})
