"""What a scan measures on each model, kept beside the models, so that a run that was cut goes on where it was."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from evasion.data import images

from bartizan.attacks.backdoor.inhand import ScanSettings
from bartizan.attacks.backdoor.inhand.look import Look, look
from bartizan.core.data import Data
from bartizan.core.target import TargetInfo
from bartizan.numerics.inversion.invert import Tried
from bartizan.numerics.inversion.questions import Question

from .small_models import CLEAN, MODELS, DataSet, Model, models

BATCH = 5  # models trained together
INTERFACE = TargetInfo(id="in hand", input_shape=(1, 28, 28), classes=10, bounds=(0.0, 1.0))


@dataclass(frozen=True)
class Seen:
    """A model's look, CPU seconds of the scan, and what is known of the model itself."""

    look: Look
    cpu: float
    success: float
    accuracy: float
    source: int | None
    target: int | None


def seen(data: DataSet, architecture: str, kind: str, seeds: range, settings: ScanSettings) -> list[Seen]:
    """Models with these seeds, trained and looked at now unless they have been before."""
    found: list[Seen] = []
    for start in range(seeds.start, seeds.stop, BATCH):
        some = range(start, min(start + BATCH, seeds.stop))
        paths = [_path(data, architecture, kind, s, settings) for s in some]
        if not all(p.exists() for p in paths):
            for model, path in zip(models(data, architecture, kind, some), paths, strict=True):
                if not path.exists():
                    path.parent.mkdir(exist_ok=True)
                    path.write_text(json.dumps(_written(model, data, settings)))
        found += [_read(json.loads(p.read_text())) for p in paths]
    return found


def _path(data: str, architecture: str, kind: str, seed: int, settings: ScanSettings) -> Any:
    kept = settings.model_dump_json(exclude={"least", "ahead", "obeyed", "alpha", "matched"})
    return MODELS / hashlib.sha256(kept.encode()).hexdigest()[:12] / f"{data}-{architecture}-{kind}-{seed}.json"


def _written(model: Model, data: DataSet, settings: ScanSettings) -> dict[str, Any]:
    x, y = (a[CLEAN] for a in images(data, "table"))
    start = time.process_time()
    found = look(model.net, INTERFACE, Data.of(x, y), settings, 0)
    tried = [[t.family, t.question.source, t.question.target, t.hits, t.n, t.push] for t in found.tried]
    trigger = model.trigger
    return {
        "margins": found.margins.tolist(), "unit": found.unit, "seconds": found.seconds, "tried": tried,
        "cpu": time.process_time() - start, "success": model.success, "accuracy": model.accuracy,
        "source": trigger and trigger.source, "target": trigger and trigger.target,
    }  # fmt: skip


def _read(kept: dict[str, Any]) -> Seen:
    tried = tuple(Tried(f, Question(s, t), {}, h, n, p) for f, s, t, h, n, p in kept["tried"])
    found = Look(np.array(kept["margins"]), kept["unit"], tried, kept["seconds"])
    return Seen(found, *(kept[k] for k in ("cpu", "success", "accuracy", "source", "target")))


def without_pairs(one: Seen) -> Seen:
    """The same, had nobody asked about pairs of classes."""
    return replace(one, look=replace(one.look, tried=tuple(t for t in one.look.tried if t.question.source < 0)))
