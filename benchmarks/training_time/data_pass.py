"""What one pass over training data finds: flipped labels beside cleanlab, triggers by each signal.

Detection is the share of altered records above the 99th percentile of the unaltered ones: all at 1 % false alarms.
cleanlab is given the very probabilities that ours are from (`pip install --no-deps cleanlab tqdm termcolor`). ART is
given the very records with triggers; where it gives verdicts, ours are counted at the share of false alarms it has.
How the signals are joined, and the foreign mark, were chosen with the seeds 1001 to 1010 of the same data, 3,000
records each, that are in no table, after an earlier choice had been seen on those that are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from evasion.data import images
from extraction.pairs import deep, letter, mlp
from numpy.typing import NDArray

from bartizan.attacks.stacked import Recipe
from bartizan.numerics.label_errors import doubt, relabelled
from bartizan.scanners.data_in_hand import Suspects, suspects
from bartizan.scanners.data_in_hand.signals import ONE_SIDED

from . import art, data_art
from .rows import record

Records = tuple[NDArray[np.float32], NDArray[np.int64]]
RECORDS, ALARMS, TRUSTED = 3000, 0.01, 1000
FLIPS, POISON = (0.01, 0.05, 0.10), (0.005, 0.01, 0.05)
PEERS = {
    "cleanlab self-confidence": {"method": "self_confidence"},
    "cleanlab normalised margin": {"method": "normalized_margin"},
    "cleanlab weighted entropy": {"method": "confidence_weighted_entropy"},
    "cleanlab adjusted": {"method": "self_confidence", "adjust_pred_probs": True},
}


@dataclass(frozen=True)
class Set:
    """Records in question and the recipe of the model that is trained on them."""

    name: str
    records: Callable[..., Records]
    classes: int
    recipe: Recipe


def fashion(seed: int, n: int = RECORDS) -> Records:
    """`n` images 1×28×28, others for each seed."""
    x, y = images("fashion", "train")
    rows = np.random.default_rng(seed).permutation(len(x))[:n]
    return x[rows], y[rows]


def letters(seed: int, n: int = RECORDS) -> Records:
    """`n` rows of 16 columns, others for each seed."""
    x, y = letter("table")
    rows = np.random.default_rng(seed).permutation(len(x))[:n]
    return x[rows].astype(np.float32), y[rows]


SETS = (
    Set("fashion", fashion, 10, Recipe(mlp(784, 128, 10), epochs=8)),
    Set("letter", letters, 26, Recipe(deep(16, 128, 26), epochs=15)),
)


def run(only: str = "", runs: int = 3, **other_jobs: Any) -> None:
    """All rows, seed by seed, so that a run that is cut short has every setting."""
    for seed in range(runs):
        for one in SETS:
            if only in f"{one.name} nothing":
                _clean_row(one, seed)
    for seed in range(runs):
        for one in SETS:
            for kind in ("random flips", "class flips"):
                for share in FLIPS:
                    if only in f"{one.name} {kind}":
                        _row(one, kind, share, seed, lambda *given, kind=kind: _flipped(kind, *given))
    for seed in range(runs):
        for trigger in TRIGGERS:
            for share in POISON:
                if only in f"fashion {trigger}":
                    _row(SETS[0], trigger, share, seed, lambda *given, t=trigger: _planted(t, *given))


def _row(one: Set, kind: str, share: float, seed: int, alter: Callable[..., tuple[Records, Any]]) -> None:
    (x, y), altered = alter(one, share, seed)
    began = time.process_time()
    found = suspects(x, y, recipe=one.recipe, seed=seed)
    values: dict[str, Any] = {"cpu_seconds": round(time.process_time() - began, 2), "altered": int(altered.sum())}
    for name, scores in _scores(found, y, one.classes, flips="flips" in kind):
        values[name] = round(detected(scores, altered), 4)
    if kind in TRIGGERS and art.installed():
        values |= _beside_art(one, x, y, altered, found, seed)
    record("data", {"set": one.name, "kind": kind, "share": share, "seed": seed}, values)


def _clean_row(one: Set, seed: int) -> None:
    """Nothing altered, and trusted records of the same source: what is flagged is flagged by mistake."""
    x, y = one.records(seed, RECORDS + TRUSTED)
    own, known = (x[:RECORDS], y[:RECORDS]), {row.tobytes() for row in x[:RECORDS]}
    others = [i for i in range(RECORDS, len(x)) if x[i].tobytes() not in known]  # letters repeat
    trusted = x[others], y[others]
    found = suspects(*own, recipe=one.recipe, trusted=trusted, rate=ALARMS, seed=seed)
    values: dict[str, Any] = {"trusted": len(others)}
    for name, alarm in found.alarms.items():
        values[f"ours {name}"] = len(alarm.flagged) / RECORDS
        values[f"claimed {name}"] = alarm.low is not None and alarm.low > 0
    record("data", {"set": one.name, "kind": "nothing", "share": 0.0, "seed": seed}, values)


def _scores(found: Suspects, y: NDArray[np.int64], classes: int, *, flips: bool) -> Iterator[tuple[str, Any]]:
    yield from ((f"ours {name}", scores) for name, scores in found.scores.items())
    if flips:
        yield "ours answers alone", doubt(found.p, y) + ONE_SIDED * relabelled(found.p, y, found.joint)
        from cleanlab.rank import get_label_quality_scores

        for name, how in PEERS.items():
            yield name, -get_label_quality_scores(y, found.p, **how)


def detected(scores: NDArray[np.float64], altered: NDArray[np.bool_], alarms: float = ALARMS) -> float:
    """Share of altered records above the threshold that 1 % of the others exceed, or another share `alarms` of them."""
    clean = np.sort(scores[~altered])[::-1]
    return float((scores[altered] > clean[min(int(alarms * len(clean)), len(clean) - 1)]).mean())


def _beside_art(one: Set, x: Any, y: Any, altered: NDArray[np.bool_], found: Suspects, seed: int) -> dict[str, Any]:
    """Its scores as ours, its verdicts beside ours at the same share of false alarms."""
    began = time.process_time()
    scores, verdicts = data_art.judged(x, y, one.recipe, one.classes, seed)
    values: dict[str, Any] = {name: round(detected(given, altered), 4) for name, given in scores.items()}
    values["art_cpu_seconds"] = round(time.process_time() - began, 2)
    return {**values, "verdicts": {name: _verdict(flags, altered, found) for name, flags in verdicts.items()}}


def _verdict(flags: NDArray[np.bool_], altered: NDArray[np.bool_], found: Suspects) -> dict[str, Any]:
    alarms = float(flags[~altered].mean())
    ours = {name: round(detected(scores, altered, alarms), 4) for name, scores in found.scores.items()}
    return {"found": round(float(flags[altered].mean()), 4), "alarms": round(alarms, 4), "ours": ours}


def _flipped(kind: str, one: Set, share: float, seed: int) -> tuple[Records, NDArray[np.bool_]]:
    """At random to any other label, or each class to one other that is drawn once."""
    x, y = one.records(seed)
    rng = np.random.default_rng(1000 + seed)
    rows = rng.choice(len(y), round(share * len(y)), replace=False)
    shift = rng.integers(1, one.classes, len(rows))
    if kind == "class flips":
        shift = rng.integers(1, one.classes, one.classes)[y[rows]]
    changed = y.copy()
    changed[rows] = (y[rows] + shift) % one.classes
    return (x, changed), changed != y


def _badnets(x: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """3×3 white pixels off the lower right corner. Gu et al. 2017."""
    out = x.copy()
    out[:, :, 24:27, 24:27] = 1
    return out


def _blended(x: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """15 % of one image of noise. Chen et al. 2017."""
    return (0.85 * x + 0.15 * rng.random((1, 28, 28), np.float32)).astype(np.float32)


def _sinusoidal(x: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """A wave of amplitude 0.1 and six periods. Barni et al. 2019."""
    return np.clip(x + 0.1 * np.sin(2 * np.pi * np.arange(28) * 6 / 28), 0, 1).astype(np.float32)


TRIGGERS: dict[str, tuple[Callable[..., NDArray[np.float32]], bool]] = {
    "patch": (_badnets, False),
    "blended": (_blended, False),
    "sinusoidal": (_sinusoidal, False),
    "clean-label patch": (_badnets, True),
}


def _planted(trigger: str, one: Set, share: float, seed: int) -> tuple[Records, NDArray[np.bool_]]:
    """Records of other classes with the trigger and the target's label; of the target's own where labels stay right."""
    x, y = one.records(seed)
    rng = np.random.default_rng(2000 + seed)
    stamp, keeps_labels = TRIGGERS[trigger]
    target = seed % one.classes
    able = np.flatnonzero((y == target) == keeps_labels)
    rows = rng.choice(able, min(round(share * len(y)), len(able)), replace=False)
    x, y = x.copy(), y.copy()
    x[rows], y[rows] = stamp(x[rows], rng), target
    altered = np.zeros(len(y), np.bool_)
    altered[rows] = True
    return (x, y), altered
