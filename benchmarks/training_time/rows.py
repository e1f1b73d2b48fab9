"""Rows of the tables: printed and written as soon as they are measured, so that nothing is lost when a run is cut."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results" / "training_time.json"
LIBRARIES = (
    "torch",
    "numpy",
    "scikit-learn",
    "joblib",
    "skops",
    "xgboost-cpu",
    "lightgbm",
    "onnx",
    "safetensors",
    "h5py",
    "cleanlab",
    "adversarial-robustness-toolbox",
)


def record(job: str, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Print a row, and put it in the place of the one of the same job and key."""
    row = {"job": job, **key, **values, "machine": machine()}
    print(job, *(f"{k}={v}" for k, v in {**key, **values}.items() if not isinstance(v, dict)), flush=True)
    made = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"rows": []}
    same = {"job": job, **key}
    made["rows"] = [r for r in made["rows"] if {k: r.get(k) for k in same} != same] + [row]
    RESULTS.write_text(json.dumps(made, indent=1) + "\n")


def machine() -> dict[str, Any]:
    """What the row was measured on."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in LIBRARIES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
