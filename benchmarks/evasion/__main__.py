"""python -m evasion, from the folder `benchmarks`: ours beside the peers; prints a table and writes JSON.

--part tuning|table   which images (the published numbers are those of `table`)
--models NAME ...     which models (all)
--only fixed|curve|minimum|blackbox|stream|calibration|alarms ...   which comparisons (all)
--attacks TEXT        of `fixed` and `blackbox`, only the attacks with this in their names (all)
--balls NAME ...      of `blackbox`, only these: scores-linf-0.1, labels-l2-1.0 … (all)

Rows that are measured again replace the old ones; all others stay. `python -m evasion.table` writes the tables.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from .models import ZOO
from .peers import PACKAGES, ready

RESULTS = Path(__file__).parents[1] / "results" / "evasion.json"
SEEDS = 3
KINDS = ("fixed", "curve", "minimum", "blackbox", "stream", "calibration", "alarms")


def main() -> None:
    """Run what was asked for; rows measured earlier and not now are kept."""
    torch.set_num_threads(1)
    asked = _asked()
    ready()
    jobs: dict[str, Any] = {
        "fixed": partial(_fixed, attacks=asked.attacks),
        "curve": _curve,
        "minimum": _minimum,
        "blackbox": partial(_blackbox, attacks=asked.attacks, balls=asked.balls),
        "stream": _stream,
        "calibration": _calibration,
        "alarms": _alarms,
    }
    made = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in asked.only:
        rows = made.get(name, {}).get("rows", [])
        for model in asked.models or [e.name for e in ZOO]:
            fresh = jobs[name](model, asked.part, asked.n)
            again = {_key(r) for r in fresh}
            rows = [r for r in rows if _key(r) not in again] + fresh
            made[name] = {"machine": _machine(), "part": asked.part, "rows": rows}
            RESULTS.write_text(json.dumps(made, indent=1) + "\n")


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    """What a row is about: a row with the same key is the same measurement, made again."""
    return tuple(row.get(k) for k in ("model", "attack", "package", "seed", "norm", "access", "eps", "apgd_leaves"))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("tuning", "table"), default="table")
    parser.add_argument("--models", nargs="*", default=[])
    parser.add_argument("--only", nargs="*", default=list(KINDS))
    parser.add_argument("--attacks", default="")
    parser.add_argument("--balls", nargs="*", default=[])
    parser.add_argument("--n", type=int, default=1000)
    return parser.parse_args()


def _fixed(model: str, part: Any, n: int, attacks: str) -> list[dict[str, Any]]:
    from .fixed import rows

    return rows([model], part, n, SEEDS, attacks)


def _curve(model: str, part: Any, n: int) -> list[dict[str, Any]]:
    from .undefended import rows

    return rows([model], part, n, SEEDS)


def _minimum(model: str, part: Any, n: int) -> list[dict[str, Any]]:
    from .minimum import rows

    return rows([model], part, min(n, 200), 1)


def _blackbox(model: str, part: Any, n: int, attacks: str, balls: list[str]) -> list[dict[str, Any]]:
    from .blackbox import BALLS, rows

    chosen = tuple(b for b in BALLS if not balls or b.name in balls)
    return rows([model], part, min(n, 100), [0], chosen, attacks)


def _stream(model: str, part: Any, n: int) -> list[dict[str, Any]]:
    from .streaming import rows

    return rows([model])


def _calibration(model: str, part: Any, n: int) -> list[dict[str, Any]]:
    from .calibration import rows

    return rows([model], part, n, SEEDS)


def _alarms(model: str, part: Any, n: int) -> list[dict[str, Any]]:
    from .alarms import rows

    return rows() if model == ZOO[0].name else []


def _machine() -> dict[str, Any]:
    ours = {name: version(name) for name in ("bartizan", "torch", "numpy")}
    return {
        "cores": len(os.sched_getaffinity(0)), "device": "cpu, one thread", "python": platform.python_version(),
        "seeds": SEEDS, "versions": {**ours, **PACKAGES},
    }  # fmt: skip


if __name__ == "__main__":
    main()
