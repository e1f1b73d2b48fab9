"""The drawings of single families: curves of dose and of queries, the ROC of membership, hazards, brackets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Certified, Finding
from bartizan.report import wording
from bartizan.report.charts.bracket import bracket
from bartizan.report.charts.grid import Row, Step, hazard_grid
from bartizan.report.charts.points import Point, point_curves
from bartizan.report.charts.roc import Curve, log_roc
from bartizan.report.charts.series import DASHES, legend
from bartizan.report.charts.svg import NOTHING
from bartizan.report.copies import euros
from bartizan.report.deciding import strongest_first
from bartizan.report.numbers import quantity
from bartizan.report.panels import counted, name_of

AXES = ("queries", "records", "bits", "share", "seeds", "size")
FEWEST = 2
GOALS = ("goal_reached",)
"""Counts over a few retrainings, left out of a curve that has the effect itself."""


@dataclass(frozen=True)
class Figure:
    """A drawing with its heading, what it shows, and whether it needs the whole width."""

    heading: str
    caption: str
    chart: Markup
    legend: Markup = NOTHING
    wide: bool = False
    axis: str = ""


def family_figures(
    finding: Finding, evidence: Sequence[Evidence], arrays: ArrayReader, odd: Mapping[str, Any]
) -> list[Figure]:
    """Every drawing the evidence of a finding has numbers for; proofs are of a model, see `brackets`."""
    measured = counted(evidence)
    curves = [figure for e in measured for figure in _curves(e, finding)]
    grid = _grid(measured, odd)
    return [*curves, *([grid] if grid else [])]


def _curves(evidence: Evidence, finding: Finding) -> list[Figure]:
    """Tampered labels are counted by the records they stand on, and called labels."""
    by_axis: dict[str, list[tuple[str, list[Point]]]] = defaultdict(list)
    found = {k: p for k, p in _series(evidence.measurements).items() if len({point.x for point in p}) >= FEWEST}
    effects = {axis for estimand, axis in found if estimand not in GOALS}
    for (estimand, axis), points in found.items():
        if estimand not in GOALS or axis not in effects:
            shown = evidence.tries_unit if (axis, evidence.tries_unit) == ("records", "labels") else axis
            by_axis[shown].append((wording.plain(estimand), points))
    return [
        Figure(
            f"{wording.capital(wording.plain(evidence.trial.plugin))}: what more {wording.plain(axis)} bring",
            "Each point is the mean effect with its interval; the dashed line is what is tolerated.",
            point_curves(curves[:4], _priced(axis, finding, evidence), finding.tolerance),
            legend([name for name, _ in curves[:4]]),
            axis=axis,
        )
        for axis, curves in by_axis.items()
    ]


def _priced(axis: str, finding: Finding, evidence: Evidence) -> str:
    """The name of an axis, with the price of each query, record or label where one is stated."""
    prices: dict[str, float | None] = {p.what: p.each for p in finding.poison if p.evidence == evidence.id}
    price = finding.theft.query_eur if finding.theft and axis == "queries" else prices.get(axis)
    return wording.plain(axis) + ("" if price is None else f", at {euros(price)} each")


def _series(measurements: Iterable[Measurement]) -> dict[tuple[str, str], list[Point]]:
    found: dict[tuple[str, str], list[Point]] = defaultdict(list)
    for m in measurements:
        axis = next((a for a in AXES if isinstance(m.at.get(a), int | float)), None)
        if axis is not None:
            found[m.estimand, axis].append(Point(float(m.at[axis]), m.value, m.low, m.high))
    return found


def roc(finding: Finding, evidence: Sequence[Evidence], arrays: ArrayReader) -> Figure | None:
    """All attacks on one drawing: the one that set the rate firm and with its intervals, the others behind it."""
    evidence = counted(strongest_first(finding, evidence))
    curves = [Curve(name_of(e), a["roc_fpr"], a["roc_tpr"]) for e in evidence if "roc_tpr" in (a := arrays(e.id))]
    if not curves:
        return None
    told = finding.membership.told if finding.membership else ()
    marks = [Point(t.fpr, t.tpr.value or 0.0, t.tpr.low, t.tpr.high) for t in told]
    rates = (m.at["fpr"] for e in evidence for m in e.measurements if m.estimand == "tpr" and "fpr" in m.at)
    judged = next((float(fpr) for fpr in rates), None)
    return Figure(
        "Members told from outsiders",
        f"Both axes are logarithmic; the dotted diagonal is guessing. Only the left end counts.{_firm(curves)}",
        log_roc(curves[:DASHES], marks, judged),
        legend([c.name for c in curves[:DASHES]]),
    )


def _firm(curves: Sequence[Curve]) -> str:
    return f" Firm: {curves[0].name}, with its intervals." if len(curves) > 1 else f" The attack is {curves[0].name}."


def _grid(evidence: Iterable[Evidence], odd: Mapping[str, Any]) -> Figure | None:
    cells: dict[str, dict[float, Step]] = defaultdict(dict)
    for e in evidence:
        for m in e.measurements:
            severity = m.at.get("severity")
            if m.estimand == "failure_at" and isinstance(severity, int | float):
                name = str(m.at.get("condition", e.trial.plugin))
                cells[name][float(severity)] = Step(float(severity), m.value, _inside(m, odd.get(name)))
    if not cells:
        return None
    rows = [
        Row(wording.plain(name), _unit(odd.get(name)), [steps[s] for s in sorted(steps)])
        for name, steps in cells.items()
    ]
    caption = "Share of inputs that fail at each severity. The heavy line is the edge of the stated operating domain."
    return Figure("Failure by condition and severity", caption, hazard_grid(rows), wide=True)


def _inside(measurement: Measurement, condition: Any) -> bool | None:
    if "region" in measurement.at:
        return measurement.at["region"] != "beyond"
    bounds = (condition or {}).get("range")
    return bounds[0] <= measurement.at["severity"] <= bounds[1] if bounds else None


def _unit(condition: Any) -> str:
    found = condition or {}
    assumed = "" if found.get("distribution") or not found else "distribution assumed"
    return ", ".join(part for part in (str(found.get("unit") or ""), assumed) if part)


def brackets(
    certified: Sequence[Certified], evidence: Iterable[Evidence], arrays: ArrayReader
) -> Iterable[tuple[str, Figure]]:
    """One figure for each certified object, a bar for each size, from all attacks on that object."""
    measured = counted(evidence)
    for about in dict.fromkeys(c.object for c in certified):
        of = sorted((c for c in certified if c.object == about), key=lambda c: (c.norm, c.eps))
        attacks = [e for e in measured if "+".join((e.trial.subject.id, *e.trial.subject.treatments)) == about]
        bars = [(c, _standing(c, attacks, arrays)) for c in of]
        caption = f"Proved for {about}, on {of[0].n} examples{_by(of)} The truth lies in the hatched part."
        if any(standing is not None and standing < c.low for c, standing in bars):
            caption += " The attack broke more than the proof allows: one of the two is wrong. Please report it."
        drawn = Markup("").join(bracket(_ball(c), c.share, standing) for c, standing in bars)
        yield about, Figure("Proved and broken", caption, drawn, wide=True)


def _by(certified: Sequence[Certified]) -> str:
    """What the other end of the bracket is, and what a proof against poison is a proof of."""
    if all(c.norm == "records" for c in certified):
        return ", right answers that hold whatever so many training records are, added, removed or relabelled."
    return "; broken by any attack on it, errors without attack included."


def _ball(certified: Certified) -> str:
    """Against what it was proved."""
    if certified.norm == "records":
        return f"any {wording.counted(certified.eps, 'poisoned records')}"
    return f"any change with {wording.unit(certified.norm)} ≤ {quantity(certified.eps)}"


def _standing(certified: Certified, attacks: Iterable[Evidence], arrays: ArrayReader) -> float | None:
    """The share that no attack in the same norm broke by a change of at most ε, whatever size it was made for; None
    when none was made in that norm.

    Inputs misjudged unchanged have size 0, and so count as broken. Attacks share their first examples; each is
    given those of the certifier at most.
    """
    sizes = [_sizes(e, arrays)[: certified.n] for e in attacks if e.trial.params.get("norm") == certified.norm]
    sizes = [s for s in sizes if len(s)]
    if not sizes:
        return None
    most = max(len(s) for s in sizes)
    broken = np.zeros(most, np.bool_)
    for s in sizes:
        broken[: len(s)] |= s <= certified.eps * (1 + 1e-6)
    return float(1 - broken.mean())


def _sizes(evidence: Evidence, arrays: ArrayReader) -> NDArray[np.float64]:
    kept = arrays(evidence.id)
    return np.asarray(kept["size"], np.float64).ravel() if "size" in kept else np.zeros(0)
