"""How much poison would hurt, and who would see it: every poisoning and every planting, by count and share of records.

Ten retrainings a dose, each beside its clean twin. At one dose of each, the share of the altered records that the pass
over the data finds, and what a scan says of three models trained on them. Doses and sizes were set by two-seed trials
on the same data (docs/poisoning.md had them); no attack was chosen by what is measured here. Rows that are in the file
with the same settings are not measured again. Gradient matching stands beside ART's (`--only ART`: these rows alone).
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bartizan.attacks.backdoor.inhand import ScanSettings, scan_model
from bartizan.attacks.dose_response import DoseResponse, dose_response
from bartizan.attacks.stacked import RecipeTarget
from bartizan.core import plugins
from bartizan.core.artifact import Measurement
from bartizan.numerics.seeds import child
from bartizan.scanners.data_in_hand import suspects

from . import art, dose_art, rows
from .data_pass import detected
from .dose_cases import CASES, SETS, Case, Records, Set

SCANNED = 3  # models, each with a seed of its own
CHEAP = ScanSettings(steps=60, batch=8, students=0)
SIGNALS = ("wrong_label", "spectral", "cluster", "outlier", "foreign_mark")


def run(only: str = "", runs: int = 10, **_: Any) -> None:
    """Curve and stealth of each case; `only` selects by `SET attack`, `runs` is how many retrainings a dose."""
    torch.set_num_threads(1)
    for one in SETS:
        if only in f"{one.name} nothing":
            _unpoisoned(one)
        for case in (c for c in CASES if c.set is one and only in f"{one.name} {c.name}"):
            for draw in range(case.draws):
                _case(case, draw, runs)
    for case in (c for c in CASES if c.attack == dose_art.ATTACK and c.knows == "recipe"):
        if only in f"{case.set.name} {case.name} beside ART" and art.installed():
            for draw in range(case.draws):
                dose_art.beside(case, draw, runs)


def _case(case: Case, draw: int, runs: int) -> None:
    key = {"set": case.set.name, "kind": case.name, "knows": case.knows, "draw": draw}
    asked = _asked(case, runs)
    if all(_measured({"row": row, **key}, asked) for row in ("curve", "stealth")):
        return
    began = time.process_time()
    found = dose_response(
        case.attack, case.set.recipe, case.set.training(), case.set.test(), doses=case.doses, seeds=runs,
        bounds=case.set.bounds, recipe_known=case.knows == "recipe", seed=draw, **case.params,
    )  # fmt: skip
    spent = {"cpu_seconds": round(time.process_time() - began, 1)}
    rows.record("dose", {"row": "curve", **key}, {**_curve(found), **spent, "asked": asked})
    records = min(round(case.seen * len(found.clean)), len(found.artifact.arrays["index"]))
    altered = _altered(found, records)
    values = {"records": records, "share": round(records / len(found.clean), 4)}
    wanted = found.artifact.arrays.get("wanted", np.array([-1]))
    target = int(wanted.max()) if "trigger" in found.harm and len(np.unique(wanted[wanted >= 0])) == 1 else -1
    stealth = _stealth(case.set, found.poisoned(records), altered, target)
    rows.record("dose", {"row": "stealth", **key}, {**values, **stealth, "asked": asked})


def _asked(case: Case, runs: int) -> dict[str, Any]:
    """What a row must have been measured with, to stand."""
    spec = plugins.attack("attack", case.attack).spec
    detector = plugins.attack("scanner", "training_data").spec
    versions = [spec.version, plugins.referee(spec.family).spec.version, detector.version]
    return {"doses": list(case.doses), "seen": case.seen, "runs": runs, "params": case.params, "versions": versions}


def _measured(key: dict[str, Any], asked: dict[str, Any]) -> bool:
    made = json.loads(rows.RESULTS.read_text())["rows"] if rows.RESULTS.exists() else []
    wanted = {"job": "dose", **key, **({"asked": asked} if asked else {})}
    return any({k: r.get(k) for k in wanted} == wanted for r in made)


def _curve(found: DoseResponse) -> dict[str, Any]:
    """The harm, how often the goal was reached and what it cost elsewhere, smallest dose first."""
    said = found.measured.measurements
    cost = {"trigger_success": "benign_accuracy_drop", "targeted_success": "accuracy_drop"}.get(found.harm)
    curves = {"effect": found.harm, "reached": "goal_reached", **({"lost": cost} if cost else {})}
    others = [m for m in said if m.estimand in ("trigger_success_without_poison", "trigger_spill", "feedback_drift")]
    doses = [int(m.at["records"]) for m in found.curve]
    return {
        "harm": found.harm,
        "records": doses,
        "shares": [round(d / len(found.clean), 4) for d in doses],
        **{name: [_interval(m) for m in _by_dose(said, estimand)] for name, estimand in curves.items()},
        **{m.estimand: _interval(m) for m in others},
        "seeds": max(m.n for m in found.curve if m.unit == "retraining seed"),
        "aimed_at": len(found.artifact.arrays.get("victim", ())),
        "flags": sorted({f.id for f in found.flags}),
    }


def _by_dose(said: tuple[Measurement, ...], estimand: str) -> list[Measurement]:
    return sorted((m for m in said if m.estimand == estimand), key=lambda m: m.at["records"])


def _interval(m: Measurement) -> list[float]:
    return [round(v, 4) for v in (m.value, m.low, m.high)]


def _altered(found: DoseResponse, records: int) -> NDArray[np.bool_]:
    """Which records are no longer what they were."""
    x, y = found.poisoned(records)
    return np.asarray((x != found.clean.x).reshape(len(x), -1).any(axis=1) | (y != found.clean.y))


def _nothing(one: Set) -> dict[str, Any]:
    return {"row": "stealth", "set": one.name, "kind": "nothing", "knows": "", "draw": 0}


def _unpoisoned(one: Set) -> None:
    """What the detectors say where there is nothing to find."""
    x, y = one.training()
    values = _stealth(one, (x, y), np.zeros(len(y), np.bool_), -1)
    rows.record("dose", _nothing(one), {"records": 0, **values})


def _stealth(one: Set, poisoned: Records, altered: NDArray[np.bool_], target: int) -> dict[str, Any]:
    began = time.process_time()
    values = {**_by_data(one, poisoned, altered), **_by_scan(one, poisoned, target)}
    return {**values, "cpu_seconds": round(time.process_time() - began, 1)}


def _by_data(one: Set, poisoned: Records, altered: NDArray[np.bool_]) -> dict[str, Any]:
    """Shares of the altered records above the threshold of 1 % of the others, by signal; and by the pass's own
    cut-offs, the share of both kinds that any signal flags (1 % of all each, where there are no trusted records)."""
    found = suspects(*poisoned, recipe=one.recipe, trusted=one.trusted(), seed=0)
    flagged = np.zeros(len(altered), np.bool_)
    for signal in found.alarms.values():
        flagged[signal.flagged] = True
    shares = {"flagged_others": _share(flagged[~altered])}
    if altered.any() and not altered.all():
        at_rate = {name: round(detected(found.scores[name], altered), 4) for name in SIGNALS}
        shares |= {"flagged_altered": _share(flagged[altered]), "detected": at_rate}
    return {"altered": int(altered.sum()), **shares}


def _share(hits: NDArray[np.bool_]) -> float | None:
    return round(float(hits.mean()), 4) if len(hits) else None


def _by_scan(one: Set, poisoned: Records, target: int) -> dict[str, Any]:
    x, y = one.clean_samples()
    says = [_verdict(model, x, y, one) for model in _victims(one, poisoned)]
    named = sum(target >= 0 and said == target for _, said in says)
    return {"scan": dict(Counter(verdict for verdict, _ in says)), "named": named, "target": target}


def _verdict(model: Any, x: Any, y: Any, one: Set) -> tuple[str, int | None]:
    found = scan_model(model, x, y, bounds=one.bounds, settings=CHEAP)
    return found.verdict, found.target


def _victims(one: Set, poisoned: Records) -> Iterator[Any]:
    x, y = poisoned
    empty = RecipeTarget(one.recipe, one.classes, x.shape[1:], bounds=one.bounds)
    for model in empty.retrain_all(x, y, seeds=[child(0, "scanned", i) for i in range(SCANNED)]):
        yield model.weights()
