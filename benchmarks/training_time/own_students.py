"""Scans of models in hand beside their own students: without a recipe, training data or a null.

A row is one model: the same ones as of `scan`, clean and planted, with the defaults of `scan_model`. How this is done
and the bars were chosen on models with seeds from 30,000 on, none of which is in the table: clean ones (MLPs of
Fashion-MNIST 35, of MNIST 31; CNNs 15 and 9; none passes), and two to six source-specific and clean-label ones each.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import groupby
from statistics import median
from typing import Any

import torch
from evasion.data import images

from bartizan.attacks.backdoor.inhand import ScanSettings, scan_model
from bartizan.attacks.backdoor.inhand.beside import Further
from bartizan.numerics.intervals import clopper_pearson

from .looks import BATCH
from .model_scan import CLEAN, PLANTED, auc, said_share, share
from .planting import KINDS
from .rows import record
from .small_models import BUILDS, DataSet, Model, models
from .small_models import CLEAN as SAMPLES

SETTINGS = ScanSettings()
Row = dict[str, Any]


def run(only: str = "", runs: int = 10, models: tuple[int, ...] = (), first: int = 0, **_: Any) -> None:
    """One row for each model; `only` selects by `DATA-ARCHITECTURE-KIND`. models: clean, and planted with each trigger,
    instead of by `runs`; first: seed of both."""
    clean, each = models or (CLEAN * runs, PLANTED * runs)
    torch.set_num_threads(1)
    data: DataSet
    for data in ("fashion", "mnist"):
        for architecture in BUILDS:
            for kind in ("clean", *KINDS):
                if only in f"{data}-{architecture}-{kind}":
                    _kind(data, architecture, kind, range(first, first + (clean if kind == "clean" else each)))


def _kind(data: DataSet, architecture: str, kind: str, seeds: range) -> None:
    for start in range(seeds.start, seeds.stop, BATCH):
        some = range(start, min(start + BATCH, seeds.stop))
        for seed, model in zip(some, models(data, architecture, kind, some), strict=True):
            key = {"data": data, "architecture": architecture, "kind": kind, "seed": seed}
            record("students", key, _row(model, data))


def _row(model: Model, data: DataSet) -> Row:
    x, y = (a[SAMPLES] for a in images(data, "table"))
    start = time.process_time()
    scan = scan_model(model.net, x, y, settings=SETTINGS)
    spent = {"cpu_seconds": round(time.process_time() - start, 1), "verdict": scan.verdict, "says": scan.target}
    found = scan.look.beside if scan.look else None
    if found is None:
        return {"alone": scan.notes[0], **spent}
    best = max(found.single, key=_passes)
    values = {"any": _told(found.any[0]), "single": _told(best), "agreement": round(found.agreement, 3)}
    target = {"target": model.trigger.target, "success": round(model.success, 3)} if model.trigger else {}
    return {**values, **target, **spent, "students": found.students}


def _passes(f: Further) -> float:
    """By how much the patch from one class passes both bars; below 0 it does not."""
    return min(f.beyond - SETTINGS.beyond_one, clopper_pearson(f.tried.hits, f.tried.n)[0] - SETTINGS.obeyed_one)


def _told(f: Further) -> list[float]:
    """How far beyond, how far apart, by how much it passes the bars of one class; source, target; hits of so many."""
    asked, passes = f.tried.question, round(_passes(f), 3)
    return [round(f.beyond, 3), round(f.apart, 1), passes, asked.source, asked.target, f.tried.hits, f.tried.n]


def lines(rows: list[Row]) -> Iterator[str]:
    """The section, of the rows of its job: one line for all models of a kind."""
    yield (
        "Made by `python -m training_time students`, with the models of the table above. Two networks of the model's "
        "build, started anew, learn its answers to mixtures of 200 clean samples: no recipe, no training data, no "
        "null. From one: patches of 1 % of the pixels from a single class to one, of which the best passes both bars "
        f"(leads {SETTINGS.beyond_one:g} of the mean clean margin further than in the students, over what is usual of "
        f"such patches; lower end of success on held-out inputs {SETTINGS.obeyed_one:g}): this convicts. From all: "
        f"patches from all classes to one, which lead {SETTINGS.beyond_all:g} further and {SETTINGS.apart:g} robust "
        "spreads further than the usual class: this makes suspect. AUC: by how much either passes. Alarms: either of "
        "the two; all bars were set on other seeds. That from one was raised from 0.25 after a clean model of the "
        "table, among the first that were looked at, had passed it: 30 models were too few to set it on, and 90 were "
        "taken. Target: of the alarms, those that name the class planted. Shown, "
        "suspicious: by the whole scan, with what it finds without students. Agreement: the least share of 200 "
        "held-out samples on which a student answers as the model. CPU seconds of the whole scan, median. Intervals: "
        "exact, 95 %.\n"
    )
    yield (
        "| data | model | trigger | models, clean | from one | from all | AUC | alarms | target | shown | suspicious "
        "| agreement | CPU s |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    measured = sorted((r for r in rows if r["job"] == "students" and "any" in r), key=_place)
    for setting, some in groupby(measured, key=lambda r: (r["data"], r["architecture"])):
        by_kind = {kind: list(same) for kind, same in groupby(some, key=lambda r: r["kind"])}
        yield from (_line(setting, kind, same, by_kind.get("clean", [])) for kind, same in by_kind.items())


def _place(r: Row) -> tuple[Any, ...]:
    kinds = ("clean", *KINDS)
    return r["data"], list(BUILDS).index(r["architecture"]), kinds.index(r["kind"]), r["seed"]


def _line(setting: tuple[str, str], kind: str, same: list[Row], clean: list[Row]) -> str:
    area = f"{auc([_score(r) for r in same], [_score(r) for r in clean]):.2f}" if clean else "–"
    alarms = [r for r in same if _score(r) >= 0]
    named = f"{sum(_named(r) == r['target'] for r in alarms)} of {len(alarms)}" if kind != "clean" else "–"
    one, every = (sum(_by(r)[i] >= 0 for r in same) for i in (0, 1))
    shown, suspected = (sum(r["verdict"] == v for r in same) for v in ("shown", "suspicious"))
    cells = [
        *setting, kind, f"{len(same)}, {len(clean)}", str(one), str(every), area,
        said_share(share([_score(r) >= 0 for r in same])), named, str(shown), str(suspected),
        f"{min(r['agreement'] for r in same):.2f}", f"{median(r['cpu_seconds'] for r in same):.0f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _by(r: Row) -> tuple[float, float]:
    """By how much the patch from one class passes its bars, and that from all classes its own."""
    beyond, apart = r["any"][:2]
    return r["single"][2], min(beyond - SETTINGS.beyond_all, (apart - SETTINGS.apart) / 10)


def _score(r: Row) -> float:
    return max(_by(r))


def _named(r: Row) -> float:
    one, every = _by(r)
    return float(r["single"][4] if one >= every else r["any"][4])
