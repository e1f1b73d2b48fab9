"""The `data` rows of results/training_time.json as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from . import data_art_table

Row = dict[str, Any]
OURS = "ours wrong_label"
SIGNALS = ("wrong_label", "spectral", "cluster", "outlier", "foreign_mark")


def lines(made: list[Row]) -> Iterator[str]:
    """Markdown, from all rows of the file."""
    rows = [r for r in made if r["job"] == "data"]
    yield (
        "Made by `python -m training_time data`. Share of altered records found at 1 % false alarms among the others "
        "(exactly: the threshold is the clean records' own), 3,000 records a run, mean over seeds with the least and "
        "the greatest. cleanlab is given the same out-of-fold probabilities. How signals are joined, and the foreign "
        "mark, were chosen with ten seeds that are in no table, after an earlier version had been seen with these: it "
        "was behind cleanlab in three rows of flips, by 0.02 at most.\n"
    )
    yield from flips([r for r in rows if "flips" in r["kind"]])
    yield ""
    planted = [r for r in rows if "flips" not in r["kind"] and r["kind"] != "nothing"]
    yield from triggers(planted)
    yield from data_art_table.lines(planted)
    yield ""
    yield from nothing([r for r in rows if r["kind"] == "nothing"])


def flips(rows: list[Row]) -> Iterator[str]:
    """Ours, by the answers alone and with the neighbours, beside each way of cleanlab."""
    if not rows:
        return
    peers = sorted({k for r in rows for k in r if k.startswith("cleanlab")})
    yield "### Flipped labels\n"
    yield f"| data | flips | share | seeds | ours | ours, answers alone | {' | '.join(peers)} | ahead |"
    yield "|---|---|---|---|---|---|" + "---|" * len(peers) + "---|"
    for key in _keys(rows):
        mine = _of(rows, key)
        best = max(peers, key=lambda p: _mean(mine, p))
        gap = _mean(mine, OURS) - _mean(mine, best)
        ahead = "ours" if gap > 0 else "equal" if gap == 0 else best
        cells = [_cell(mine, name) for name in (OURS, "ours answers alone", *peers)]
        yield f"| {key[0]} | {key[1]} | {key[2]:.1%} | {len(mine)} | {' | '.join(cells)} | {ahead} by {abs(gap):.3f} |"
    yield ""
    for name in (OURS, *peers):
        yield f"Mean over all rows, {name}: {np.mean([r[name] for r in rows]):.3f}.\n"


def triggers(rows: list[Row]) -> Iterator[str]:
    """Each signal of the pass, by trigger and share."""
    if not rows:
        return
    names = [f"ours {s}" for s in SIGNALS]
    yield "### Triggers (Fashion-MNIST)\n"
    yield f"| trigger | share of the data | seeds | {' | '.join(s.replace('_', ' ') for s in SIGNALS)} |"
    yield "|---|---|---|" + "---|" * len(SIGNALS)
    for key in _keys(rows):
        mine = _of(rows, key)
        yield f"| {key[1]} | {key[2]:.1%} | {len(mine)} | {' | '.join(_cell(mine, name) for name in names)} |"


def nothing(rows: list[Row]) -> Iterator[str]:
    """What is flagged where nothing is altered, and how often an excess is claimed."""
    if not rows:
        return
    yield "### Nothing altered\n"
    yield (
        "Share of records flagged, mean over seeds (least to greatest), at p ≤ 1 % by trusted records of the same "
        "source; then in how many runs the interval claims that more is flagged than chance gives.\n"
    )
    yield f"| data | trusted | seeds | {' | '.join(SIGNALS)} |"
    yield "|---|---|---|" + "---|" * len(SIGNALS)
    for key in _keys(rows):
        mine = _of(rows, key)
        cells = [_alarms([r[f"ours {s}"] for r in mine], sum(r[f"claimed {s}"] for r in mine)) for s in SIGNALS]
        yield f"| {key[0]} | {mine[0]['trusted']} | {len(mine)} | {' | '.join(cells)} |"


def _alarms(shares: list[float], claimed: int) -> str:
    return f"{np.mean(shares):.2%} ({min(shares):.2%}–{max(shares):.2%}); {claimed}"


def _keys(rows: list[Row]) -> list[tuple[str, str, float]]:
    kinds = list(dict.fromkeys((r["set"], r["kind"]) for r in rows))
    keys = {(r["set"], r["kind"], r["share"]) for r in rows}
    return sorted(keys, key=lambda key: (kinds.index(key[:2]), key[2]))


def _of(rows: list[Row], key: tuple[str, str, float]) -> list[Row]:
    return [r for r in rows if (r["set"], r["kind"], r["share"]) == key]


def _mean(rows: list[Row], name: str) -> float:
    return float(np.mean([r[name] for r in rows]))


def _cell(rows: list[Row], name: str) -> str:
    values = [r[name] for r in rows]
    return f"{np.mean(values):.2f} ({min(values):.2f}–{max(values):.2f})"
