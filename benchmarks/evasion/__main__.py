"""python -m evasion, from the folder `benchmarks`: ours beside the peers; prints rows and writes them as JSON.

--part tuning|table   which images (the published numbers are those of `table`)
--models NAME ...     which models (all; `fashion-resnet-pgd` only when named: it is trained first, on a GPU)
--only fixed|norms|throughput|curve|minimum|blackbox|stream|calibration|alarms ...   which comparisons (all)
--attacks TEXT        only the attacks with this in their names (all)
--balls NAME ...      of `blackbox`, only these: scores-linf-0.1, labels-l2-1.0 … (all)
--seeds N             with how many seeds (3)
--device cpu|cuda     where models run, of all but `minimum`, `blackbox`, `stream`, `alarms`; a GPU has its own file
--jobs N              processes (1: with more, seconds mean little, passes and queries the same)

Each row is written as soon as it is there. Rows that are measured again replace the old ones; all others stay.
`python -m evasion.table` writes the tables.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import torch
from joblib import Parallel, delayed

from . import alarms, blackbox, calibration, fixed, minimum, streaming, undefended
from .models import ZOO, entry
from .peers import PACKAGES, ready

RESULTS = Path(__file__).parents[1] / "results"
Row = dict[str, Any]
Task = Callable[[], Iterable[Row]]


def main() -> None:
    """Run what was asked for; rows measured earlier and not now are kept."""
    asked = _asked()
    path = RESULTS / ("evasion.json" if asked.device == "cpu" else "evasion-gpu.json")
    made = json.loads(path.read_text()) if path.exists() else {}
    machine = _machine(asked)
    on = f"{machine['device']}, torch {machine['versions']['torch']}"
    tasks = [(kind, task) for kind in asked.only for task in TASKS[kind](asked)]
    for kind, rows in _all(tasks, asked.jobs):
        for row in rows:
            print(kind, *(f"{k} {_short(v)}" for k, v in row.items() if k not in ("standing", "settings")), flush=True)
            kept = [r for r in made.get(kind, {}).get("rows", []) if _key(r) != _key(row)]
            made[kind] = {"machine": machine, "part": asked.part, "rows": [*kept, {**row, "on": on}]}
            path.write_text(json.dumps(made, indent=1) + "\n")


def _all(tasks: list[tuple[str, Task]], jobs: int) -> Iterator[tuple[str, Iterable[Row]]]:
    """Rows of each task, one after another in this process or as they come from several."""
    if jobs == 1:
        _prepared()
        yield from ((kind, _tried(task)) for kind, task in tasks)
    else:
        yield from Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)(
            delayed(_apart)(kind, task) for kind, task in tasks
        )


def _apart(kind: str, task: Task) -> tuple[str, list[Row]]:
    _prepared()
    return kind, list(_tried(task))


def _tried(task: Task) -> Iterator[Row]:
    """Its rows, as far as it comes: a peer that breaks off does not take the others' rows with it."""
    try:
        yield from task()
    except Exception:
        print(f"{task} broke off:\n{traceback.format_exc()}", file=sys.stderr, flush=True)


def _prepared() -> None:
    torch.set_num_threads(1)
    ready()


def _key(row: Row) -> tuple[Any, ...]:
    """What a row is about: a row with the same key is the same measurement, made again."""
    return tuple(
        row.get(k) for k in ("model", "attack", "package", "seed", "norm", "access", "eps", "apgd_leaves", "n")
    )


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("tuning", "table"), default="table")
    parser.add_argument("--models", nargs="*", default=[e.name for e in ZOO if not e.large])
    parser.add_argument("--only", nargs="*", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--attacks", default="")
    parser.add_argument("--balls", nargs="*", choices=[b.name for b in blackbox.BALLS], default=[])
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--jobs", type=int, default=1)
    return parser.parse_args()


def _fixed(asked: argparse.Namespace, norms: tuple[str, ...] = ("linf",)) -> Iterator[Task]:
    for model, norm in product(asked.models, norms):
        for attack in fixed.attacks(norm, asked.device):
            if asked.attacks in attack:
                yield partial(
                    fixed.rows, model, attack, asked.part, asked.n, asked.seeds, norm=norm, device=asked.device
                )


def _throughput(asked: argparse.Namespace) -> Iterator[Task]:
    """Seconds want large batches and no company: of a GPU, and a model that is large enough to fill it."""
    if asked.device == "cuda":
        for attack in ("Bartizan quick", "Bartizan standard", "PGD-40 (torchattacks)"):
            yield partial(fixed.rows, LARGE, attack, "streaming", 4000, asked.seeds, device="cuda")


def _curve(asked: argparse.Namespace) -> Iterator[Task]:
    for model, share in product(asked.models, undefended.SHARES):
        if entry(model).recipe == "standard":
            yield partial(undefended.rows, model, share, asked.part, asked.n, asked.seeds, asked.device)


def _minimum(asked: argparse.Namespace) -> Iterator[Task]:
    for model, norm in product(asked.models, minimum.NORMS):
        for attack in minimum.attacks(norm):
            if asked.attacks in attack.full_name:
                yield partial(minimum.rows, model, norm, attack.full_name, asked.part, min(asked.n, 200), asked.seeds)


def _blackbox(asked: argparse.Namespace) -> Iterator[Task]:
    for seed, model, ball in product(range(asked.seeds), asked.models, blackbox.BALLS):
        for attack in blackbox.attacks(ball):
            if asked.attacks in attack and (not asked.balls or ball.name in asked.balls):
                yield partial(_one, blackbox.row, model, ball, attack, seed, asked.part, min(asked.n, 100))


def _stream(asked: argparse.Namespace) -> Iterator[Task]:
    yield partial(_one, streaming.row, "fashion-cnn-pgd")


def _calibration(asked: argparse.Namespace) -> Iterator[Task]:
    for model in asked.models:
        yield partial(calibration.rows, model, asked.part, asked.n, asked.seeds, asked.device)


def _alarms(asked: argparse.Namespace) -> Iterator[Task]:
    yield partial(_one, alarms.row)


def _one(row: Callable[..., Row], *of: Any) -> list[Row]:
    return [row(*of)]


LARGE = next(e.name for e in ZOO if e.large)
TASKS: dict[str, Callable[[argparse.Namespace], Iterator[Task]]] = {
    "fixed": _fixed,
    "norms": partial(_fixed, norms=("l2", "l1")),
    "throughput": _throughput,
    "curve": _curve,
    "minimum": _minimum,
    "blackbox": _blackbox,
    "stream": _stream,
    "calibration": _calibration,
    "alarms": _alarms,
}


def _machine(asked: argparse.Namespace) -> Row:
    ours = {name: version(name) for name in ("torch", "numpy")}
    device = "cpu, one thread" if asked.device == "cpu" else torch.cuda.get_device_name()
    return {
        "cores": len(os.sched_getaffinity(0)), "jobs": asked.jobs, "device": device,
        "python": platform.python_version(), "seeds": asked.seeds,
        "versions": {"bartizan": _own_version(), **ours, **PACKAGES},
    }  # fmt: skip


def _own_version() -> str:
    import bartizan

    return str(bartizan.__version__)


if __name__ == "__main__":
    main()
