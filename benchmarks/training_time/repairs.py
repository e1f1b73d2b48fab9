"""What repairs leave of a trigger: of the original one, and of one inverted anew, also after benign fine-tuning."""

from __future__ import annotations

import copy
import time
from itertools import product
from typing import Any

import numpy as np
import torch
from evasion.data import images

from bartizan.attacks.backdoor.inhand import ScanSettings, scan_model
from bartizan.core.contracts import Defense
from bartizan.core.data import Data
from bartizan.core.target import Target, TargetInfo
from bartizan.defenses.fine_pruning import FinePruning
from bartizan.defenses.fine_tuning import FineTuning, FineTuningParams
from bartizan.defenses.neuron_pruning import NeuronPruning
from bartizan.defenses.trigger_unlearning import TriggerUnlearning
from bartizan.numerics.intervals import clopper_pearson

from .planting import Planted
from .reinverted import reinverted
from .rows import record
from .side_effects import side_effects
from .small_models import CLEAN, VETTED, models, said

REPAIRS: tuple[Defense, ...] = (FineTuning(), FinePruning(), NeuronPruning(), TriggerUnlearning())
KINDS = ("patch", "blended", "sinusoidal", "warp")
FURTHER = slice(1000, 8000)  # of the test images, those of no other part: 600 say too little of two points
BENIGN = FineTuningParams(share=1.0, epochs=5, batch=64, learning_rate=2e-3)  # as the models were trained at first


class InHand(Target):
    """A network with its weights open."""

    def __init__(self, net: torch.nn.Module, digest: str = "") -> None:
        self.net = net
        self.info = TargetInfo(id="in hand", input_shape=(1, 28, 28), classes=10, bounds=(0.0, 1.0), digest=digest)

    def scores(self, x: Any) -> Any:
        with torch.no_grad():
            return torch.softmax(self.net(torch.from_numpy(x)), 1).numpy()

    def weights(self) -> torch.nn.Module:
        return self.net

    def parameters(self) -> dict[str, Any]:
        return {n: v.detach().numpy().copy() for n, v in self.net.state_dict().items()}

    def with_parameters(self, arrays: dict[str, Any], *, digest: str) -> Target:
        net = copy.deepcopy(self.net)
        net.load_state_dict({n: torch.from_numpy(np.array(v)) for n, v in arrays.items()})
        return InHand(net, digest)


def run(only: str = "", runs: int = 10, first: int = 0, **_: Any) -> None:
    """One row for each data set, architecture, trigger, seed and repair; `only` selects by `DATA-ARCHITECTURE-TRIGGER`,
    `first` is the first seed."""
    torch.set_num_threads(1)
    for seed in range(first, first + runs):
        for data, architecture, kind in product(("fashion", "mnist"), ("mlp", "cnn"), KINDS):
            if only in f"{data}-{architecture}-{kind}":
                _rows(data, architecture, kind, seed)


def _rows(data: Any, architecture: str, kind: str, seed: int) -> None:
    vetted = Data.of(*(a[VETTED] for a in images(data, "train")))
    (model,), (twin,) = (models(data, architecture, k, range(seed, seed + 1)) for k in (kind, "clean"))
    trigger = model.trigger
    assert trigger is not None
    both = {"before": _left(model.net, trigger, data), "twin": _left(twin.net, trigger, data)}
    besides = {"side_before": side_effects(model.net, data, seed)}
    for repair in REPAIRS:
        params, start = repair.params(share=1.0), time.process_time()
        net = repair.apply(InHand(model.net), vetted, params=params, seed=seed).weights()
        spent = round(time.process_time() - start, 1)
        again = FineTuning().apply(InHand(net), vetted, params=BENIGN, seed=seed + 1).weights()
        key = {"row": repair.spec.id, "data": data, "architecture": architecture, "kind": kind, "seed": seed}
        left = {"after": _left(net, trigger, data), "after_fine_tuning": _left(again, trigger, data)}
        of = {"version": repair.spec.version, "params": params.model_dump(mode="json"), "cpu_seconds": spent}
        sides = {**besides, "side_after": side_effects(net, data, seed)}
        record("repair", key, {**both, **left, "scan": scanned(net, data), **sides, **of})


def _left(net: torch.nn.Module, trigger: Planted, data: Any) -> dict[str, Any]:
    """Clean accuracy, and success of the original trigger and of one inverted anew, on held-out images."""
    x, y = (a[FURTHER] for a in images(data, "streaming"))
    rows = trigger.victims(y)
    hits = int((said(net, trigger.stamp(x[rows])) == trigger.wanted(y[rows])).sum())
    return {
        "accuracy": round(float((said(net, x) == y).mean()), 4),
        "success": _share(hits, int(rows.sum())),
        "reinverted": _share(*reinverted(net, trigger.kind, trigger.target, data)),
    }


def _share(hits: int, n: int) -> list[float]:
    """With its exact 95 % interval."""
    return [round(v, 3) for v in (hits / n, *clopper_pearson(hits, n))]


def scanned(net: torch.nn.Module, data: Any) -> dict[str, Any]:
    """The verdict of a scan of a defended model, and the success of its best trigger of any family and target."""
    x, y = (a[CLEAN] for a in images(data, "table"))
    scan = scan_model(net, x, y, settings=ScanSettings(students=0))
    best = scan.triggers[0]
    success = [round(v, 3) for v in (best.success, best.low, best.high)]
    return {"verdict": scan.verdict, "by": best.tried.name, "success": success}
