"""The rows `settings` in results/extraction.json: how often attributes were told, and what was taken for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bartizan.numerics.intervals import clopper_pearson

Row = dict[str, Any]
ATTRIBUTES = ("family", "depth", "width", "decay")


def lines(rows: list[Row]) -> Iterator[str]:
    """Markdown, from all rows of the file."""
    mine = [r for r in rows if r["job"] == "stealing" and r["row"] == "settings"]
    if not mine:
        return
    yield (
        f"Made by `python -m extraction stealing --only settings`: {len(mine)} targets on half-size images, before "
        f"{mine[0]['shadows']} shadow models of an adversary with other records; {mine[0]['queries']:,} questions. "
        "Undecided where more than one value is possible, or none. Nothing was chosen on these "
        "seeds; `unseen` are targets of a recipe that no shadow has. Shares with exact 95 % intervals.\n"
    )
    yield "| attribute | targets' recipe | n | decided | right of those | truth among the possible | chance |"
    yield "|---|---|---|---|---|---|---|"
    for name in ATTRIBUTES:
        for recipe in sorted({r["recipe"] for r in mine}):
            yield _row(name, recipe, [r["told"][name] for r in mine if r["recipe"] == recipe])
    for name in ATTRIBUTES:
        yield ""
        yield from _confusion(name, [r["told"][name] for r in mine])


def _row(name: str, recipe: str, told: list[Row]) -> str:
    decided = [t for t in told if t["value"] is not None]
    right, possible = (sum(t["value"] == t["truth"] for t in decided), sum(t["truth"] in t["possible"] for t in told))
    return (
        f"| {name} | {recipe} | {len(told)} | {len(decided)} | {_share(right, len(decided))} | "
        f"{_share(possible, len(told))} | {told[0]['chance']:.0%} |"
    )


def _confusion(name: str, told: list[Row]) -> Iterator[str]:
    """Truths down, what was told across."""
    counts = Counter((t["truth"], t["value"]) for t in told)
    truths = sorted({t["truth"] for t in told})
    yield f"| {name} | {' | '.join(f'told {v}' for v in truths)} | undecided |"
    yield "|---|" + "---|" * (len(truths) + 1)
    for truth in truths:
        yield f"| {truth} | {' | '.join(str(counts[truth, v]) for v in (*truths, None))} |"


def _share(hits: int, n: int) -> str:
    if not n:
        return "–"
    low, high = clopper_pearson(hits, n)
    return f"{hits} of {n} ({low:.0%} to {high:.0%})"
