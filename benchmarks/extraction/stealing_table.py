"""The rows of `stealing` in results/extraction.json as tables."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import mean, median
from typing import Any

from bartizan.numerics.intervals import clopper_pearson

from . import settings_table

Row = dict[str, Any]


def copies(rows: list[Row]) -> Iterator[str]:
    """Fidelity by number of queries, ours beside the peers'."""
    mine = _of(rows, "fidelity", "selection", "access")
    if not mine:
        return
    yield (
        "Made by `python -m extraction stealing`: agreement of the copy with the target on held-out images, per cent, "
        "mean over seeds, at equal optimiser steps. Peers (adversarial-robustness-toolbox) get the better of two "
        "learning rates in hindsight.\n"
    )
    budgets = sorted({r["queries"] for r in mine})
    yield f"| target | steps | copy | seeds | {' | '.join(f'{b:,} queries' for b in budgets)} |"
    yield "|---|---|---|---|" + "---|" * len(budgets)
    for (target, steps, name), of in _grouped(mine, _named).items():
        cells = [_mean([r["fidelity"] for r in of if r["queries"] == b]) for b in budgets]
        yield f"| {target} | {steps} | {name} | {len({r['seed'] for r in of})} | {' | '.join(cells)} |"


def structure(rows: list[Row]) -> Iterator[str]:
    """Widths and whole networks."""
    yield "Made by `python -m extraction stealing`: what answers alone tell of how a network is made.\n"
    yield "| what | of | precision | outcome | error or found | queries |"
    yield "|---|---|---|---|---|---|"
    for r in _of(rows, "width"):
        found = f"{r['found']} ({'right' if r['right'] else 'wrong'})" if r["found"] is not None else "–"
        about = f"{r['width']} units, {r['live']} live"
        yield f"| hidden width | {about} | {r['precision']} | {r['outcome']} | {found} | – |"
    for r in _of(rows, "recovery"):
        queries = f"{r['queries']:,}"
        yield f"| whole network | {r['network']} | {r['precision']} | {r['outcome']} | {r['error']} | {queries} |"


def detectors(rows: list[Row]) -> Iterator[str]:
    """Alarms of the detectors of the query stream."""
    yield (
        "Made by `python -m extraction stealing`: thefts replayed among users. Share of thieves caught, and after how "
        "many queries; false alarms on users not used for the threshold (95 % interval).\n"
    )
    yield "| theft | detector | false alarms | in the open | slow | many accounts |"
    yield "|---|---|---|---|---|---|"
    for r in sorted(_of(rows, "detector"), key=lambda r: (r["theft"], r["detector"])):
        caught = [f"{r[k][0]:.0%}" + (f" after {r[k][1]:,.0f}" if r[k][1] else "") for k in MANNERS]
        false, low, high = r["false_alarms"]
        yield f"| {r['theft']} | {r['detector']} | {false:.0%} ({low:.0%} to {high:.0%}) | {' | '.join(caught)} |"


def ownership(rows: list[Row]) -> Iterator[str]:
    """Copies and independent models before the same test."""
    if not _of(rows, "ownership"):
        return
    yield (
        "Made by `python -m extraction stealing --only ownership`: suspects called copies at a level of 5 %, each by "
        "24 controls that judge no other (exact 95 % interval). Of independent models one in twenty may be; those of "
        "another recipe are not what the controls stand for.\n"
    )
    yield "| suspects | victims | n | called copies | median p |"
    yield "|---|---|---|---|---|"
    for kind, of in _grouped(_of(rows, "ownership"), lambda r: r["suspects"]).items():
        n, called = sum(r["n"] for r in of), sum(r["called"] for r in of)
        low, high = clopper_pearson(called, n)
        p = median(v for r in of for v in r["p"])
        yield f"| {kind} | {len(of)} | {n} | {called / n:.0%} ({low:.0%} to {high:.0%}) | {p:.2g} |"


MANNERS = ("in_the_open", "slow", "many_accounts")
SECTIONS = {
    "Copies": copies,
    "Structure": structure,
    "Settings": settings_table.lines,
    "Detectors of thieves": detectors,
    "Ownership": ownership,
}


def _of(rows: list[Row], *kinds: str) -> list[Row]:
    return [r for r in rows if r["job"] == "stealing" and r["row"] in kinds]


def _grouped(rows: list[Row], key: Any) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for r in rows:
        found.setdefault(key(r), []).append(r)
    return found


def _named(r: Row) -> tuple[str, int, str]:
    name = f"{r['attack']}, {r['access']}" if r["row"] == "access" else r["attack"]
    return r["target"], r["steps"], name


def _mean(values: list[float]) -> str:
    return f"{100 * mean(values):.1f}" if values else "not run"
