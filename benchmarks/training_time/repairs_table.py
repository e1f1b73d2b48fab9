"""The rows of what repairs leave of a trigger, as a section of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The section, of the rows of its job."""
    yield (
        "Made by `python -m training_time repair`, with 1,000 vetted records. Success of the original trigger "
        "on held-out images, per cent with its exact 95 % interval, and accuracy: before, after the repair, "
        "and after a further benign fine-tuning; then what a scan of the repaired model says, with the "
        "success of its best inverted trigger.\n"
    )
    yield "| data | model | trigger | seed | repair | before | after | after fine-tuning | re-scan |"
    yield "|---|---|---|---|---|---|---|---|---|"
    yield from (_line(r) for r in rows if r["job"] == "repair")


def _line(r: dict[str, Any]) -> str:
    states = " | ".join(_state(r[name]) for name in ("before", "after", "after_fine_tuning"))
    found = r["inverted"]
    scan = f"{found['verdict']}; {found['by']} {_share(found['success'])}"
    return f"| {r['data']} | {r['architecture']} | {r['kind']} | {r['seed']} | {r['row']} | {states} | {scan} |"


def _state(measured: dict[str, Any]) -> str:
    return f"{_share(measured['success'])}, accuracy {100 * measured['accuracy']:.1f}"


def _share(share: list[float]) -> str:
    value, low, high = (100 * v for v in share)
    return f"{value:.0f} ({low:.0f} to {high:.0f})"
