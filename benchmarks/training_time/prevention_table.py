"""The rows of what trainings anew leave of poison, as a section of the page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from statistics import mean
from typing import Any

from . import side_effects_table
from .side_effects_table import CHANGED, ROBUST, TOLD

Row = dict[str, Any]


def lines(rows: list[Row]) -> Iterator[str]:
    """The section, of the rows of its job: one line for all seeds of a defence."""
    yield (
        "Made by `python -m training_time prevent`: 4,000 records and poison added to them (flipped labels: among "
        "them), and a defence (with its version) that trains again on all of it with its default parameters and no "
        "trusted record. Per cent, means over the seeds, 7,000 held-out images. Accuracy: without poison, with it, "
        "with the defence. Trigger: the same three, with the largest upper end of an exact 95 % interval of a "
        "defended model. Left out or relabelled: of the adversary's records, and of the honest ones. Certified: "
        "answered rightly whatever any one record had been, of 1,000 images; what no poison of one record can "
        "change. Re-scan, with the defaults: verdicts on so many defended models; votes have no gradients to scan "
        "by.\n"
    )
    yield (
        "| data | model | poison | records | defence | seeds | accuracy | trigger | adversary's gone | honest gone "
        "| certified | re-scan | CPU s |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    measured = sorted((r for r in rows if r["job"] == "prevent"), key=_place)
    yield from (_line(list(same)) for _, same in groupby(measured, key=_place))
    yield "\n### What training again changes elsewhere\n"
    yield (
        f"Of those models that were looked into, over all poisons, before → after. {ROBUST} {TOLD}: members, of the "
        "honest ones among what was trained on. Of votes, which have no gradients, the mean probability of the voters "
        f"is attacked. {CHANGED}.\n"
    )
    yield from side_effects_table.lines(measured, _defence, ("members",))


def _defence(r: Row) -> tuple[str, ...]:
    return r["data"], r["architecture"], f"{r['row']} {r['version']}"


def _place(r: Row) -> tuple[Any, ...]:
    return r["data"], r["architecture"], r["kind"], r["share"], r["row"], r["version"]


def _line(same: list[Row]) -> str:
    r = same[0]
    records = f"{mean(r['records'] for r in same):.0f} ({r['share']:.0%})"
    gone = [f"{_mean(same, name):.{d}f}" if name in r else "–" for name, d in (("went_bad", 0), ("went_good", 1))]
    certified = f"{100 * mean(r['certified'][0] for r in same):.0f}" if "certified" in r else "–"
    cells = [
        r["data"], r["architecture"], r["kind"], records, f"{r['row']} {r['version']}", str(len(same)),
        _accuracy(same), _trigger(same), *gone, certified, _verdicts(same),
        f"{mean(r['cpu_seconds'] for r in same):.0f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _verdicts(same: list[Row]) -> str:
    said = [r["scan"]["verdict"].split(" within")[0] for r in same if "scan" in r]
    return ", ".join(f"{said.count(v)} {v}" for v in dict.fromkeys(said)) or "–"


def _mean(same: list[Row], name: str) -> float:
    return 100 * mean(r[name] for r in same)


def _accuracy(same: list[Row]) -> str:
    return " → ".join(f"{100 * mean(r[w]['accuracy'] for r in same):.1f}" for w in ("twin", "before", "after"))


def _trigger(same: list[Row]) -> str:
    if "success" not in same[0]["after"]:
        return "–"
    course = " → ".join(f"{100 * mean(r[w]['success'][0] for r in same):.0f}" for w in ("twin", "before", "after"))
    return f"{course} (≤ {100 * max(r['after']['success'][2] for r in same):.0f})"
