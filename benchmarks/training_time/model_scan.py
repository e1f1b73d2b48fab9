"""Scans of models in hand: clean ones and planted ones, with and without a null of matched clean models.

Of every ten runs: 100 clean models for the null, 60 other clean ones, and 10 planted with each trigger, for two
architectures and two data sets. Step counts, sizes and cut-offs were chosen on models with seeds from 10,000 on (25
clean ones and 5 planted ones of a kind, for each architecture and data set), and on clean MLPs of MNIST with seeds from
0 to 19. The search for patches was replaced after a table with an earlier one, whose misses it was built to mend.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import mean, median
from typing import Any

import torch

from bartizan.attacks.backdoor.inhand import Null, ScanSettings
from bartizan.attacks.backdoor.inhand.null import Standing
from bartizan.attacks.backdoor.inhand.settings import STATING
from bartizan.attacks.backdoor.inhand.verdict import Trigger, triggers
from bartizan.numerics.intervals import clopper_pearson

from .looks import Seen, seen, without_pairs
from .planting import KINDS
from .rows import record
from .small_models import BUILDS

NULL, CLEAN, PLANTED = 10, 6, 1  # models for each run
NULL_SEEDS = 1000
SETTINGS = ScanSettings(pairs=True, students=0)


def run(only: str = "", runs: int = 10, models: tuple[int, ...] = (), first: int = 0, **_: Any) -> None:
    """One row for each data set, architecture and kind of model; `only` selects by `DATA-ARCHITECTURE`.

    models: of the null, clean, and planted with each trigger, instead of by `runs`; first: seed of the latter two.
    """
    counts = models or tuple(n * runs for n in (NULL, CLEAN, PLANTED))
    torch.set_num_threads(1)
    for data in ("fashion", "mnist"):
        for architecture in BUILDS:
            if only in f"{data}-{architecture}":
                _rows(data, architecture, counts, first)


def _rows(data: Any, architecture: str, counts: tuple[int, ...], first: int) -> None:
    asked = SETTINGS.model_copy(update={"pairs": counts[0] > 0})
    null = seen(data, architecture, "clean", range(NULL_SEEDS, NULL_SEEDS + counts[0]), asked)
    clean = seen(data, architecture, "clean", range(first, first + counts[1]), asked)
    with_null = Null.of([s.look.statistics() for s in null]) if null else None
    usual = [_scores(s, with_null) for s in clean]
    for kind in ("clean", *KINDS):
        models = clean if kind == "clean" else seen(data, architecture, kind, range(first, first + counts[2]), asked)
        key = {"row": "model", "data": data, "architecture": architecture, "kind": kind}
        values = _values(models, [_scores(s, with_null) for s in models], usual, len(null))
        record("scan", key, {"seeds": f"{first} to {first + len(models) - 1}", **values})


Scores = tuple[float, Trigger, Standing | None]


def _scores(one: Seen, null: Null | None) -> Scores:
    """Without a null: by how much the best trigger passes (0 and more convicts); that trigger; how it stands."""
    least, ahead = SETTINGS.least, SETTINGS.ahead
    plain = triggers(without_pairs(one).look, None, SETTINGS)
    best = max(plain, key=lambda t: min(t.low - least[t.tried.family], t.ahead - ahead))
    score = min(best.low - least[best.tried.family], best.ahead - ahead)
    return score, best, null.standing(one.look.statistics()) if null else None


def _values(models: list[Seen], scores: list[Scores], usual: list[Scores], null: int) -> dict[str, Any]:
    named = [_named(m, t.tried.question.target) for m, (_, t, _) in zip(models, scores, strict=True)]
    return {
        "cuts": [*SETTINGS.least.values(), SETTINGS.ahead], "n": len(models), "null": null, "clean": len(usual),
        "accuracy": round(mean(m.accuracy for m in models), 3), "success": round(mean(m.success for m in models), 3),
        "auc": auc([s for s, _, _ in scores], [s for s, _, _ in usual]), 
        "shown": share([s >= 0 for s, _, _ in scores]), "named": sum(named), **_by_null(models, scores, usual),
        "cpu_seconds": round(median(m.cpu for m in models), 1),
        "seconds": round(median(m.look.seconds for m in models), 1),
    }  # fmt: skip


def _by_null(models: list[Seen], scores: list[Scores], usual: list[Scores]) -> dict[str, Any]:
    """The same with the null: area under the curve, alarms at 5 % where it is large enough, targets named."""
    own, others = ([st for _, _, st in some if st is not None] for some in (scores, usual))
    if not own:
        return {}
    alarms = share([st.p <= SETTINGS.alpha for st in own]) if own[0].models >= STATING else None
    named = sum(_named(m, _target(st)) for m, st in zip(models, own, strict=True))
    area = auc([st.worst for st in own], [st.worst for st in others])
    return {"auc_null": area, "alarms_null": alarms, "named_null": named}


def auc(high: list[float], low: list[float]) -> float:
    """Chance that a planted model scores above a clean one, ties counted half."""
    return round(mean((h > v) + (h == v) / 2 for h in high for v in low), 3)


def share(yes: list[bool]) -> list[float]:
    """With its exact 95 % interval."""
    return [round(v, 3) for v in (sum(yes) / len(yes), *clopper_pearson(sum(yes), len(yes)))]


def _named(one: Seen, target: int) -> bool:
    return one.target is not None and target == one.target


def _target(standing: Standing) -> int:
    """The class that the statistic standing out furthest leads to."""
    name = standing.top()
    return -1 if name.endswith("others") else int(name.split()[-1])


def lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The section, of the rows of its job."""
    yield (
        "Made by `python -m training_time scan`. Works: of the planted trigger, on held-out images of classes "
        "it is meant for. Shown: without a null, a trigger inverted from 400 clean samples convicts. p: among "
        "matched clean models as a null, none below 20 of them. CPU seconds a model, median. What convicts without a "
        "null was tuned on other seeds of the same data sets and architectures (25 clean models each), after a first "
        "choice, on MLPs of Fashion-MNIST, had convicted 6 of 20 clean MLPs of MNIST. The last four triggers are by "
        "adversaries who know what looks for them: decoy plants a second trigger to another class, hardened teaches "
        "the model to resist what the scan inverts. Intervals: exact, 95 %.\n"
    )
    yield (
        "| data | model | trigger | models, clean, null | works | AUC | cut-offs | shown | target named "
        "| AUC, null | p ≤ .05 | CPU s |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    yield from (_line(r) for r in rows if r["job"] == "scan")


def _line(r: dict[str, Any]) -> str:
    alarms = said_share(r["alarms_null"]) if r.get("alarms_null") else "–"
    area = f"{r['auc_null']:.2f}" if "auc_null" in r else "–"
    cuts = ", ".join(f"{c:g}" for c in r["cuts"]) if "cuts" in r else "the first"
    counts = f"{r['n']}, {r['clean']}, {r['null']}"
    named = "–" if r["kind"] == "clean" else f"{r['named']} of {r['n']}"
    works = "–" if r["kind"] == "clean" else f"{r['success']:.2f}"
    return (
        f"| {r['data']} | {r['architecture']} | {r['kind']} | {counts} | {works} | {r['auc']:.2f} | {cuts} "
        f"| {said_share(r['shown'])} | {named} | {area} | {alarms} | {r['cpu_seconds']} |"
    )


def said_share(share: list[float]) -> str:
    """In per cent."""
    return f"{share[0]:.0%} ({share[1]:.0%} to {share[2]:.0%})"
