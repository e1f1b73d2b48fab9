"""Rows of the tables: printed and written as soon as they are measured, so that nothing is lost when a run is cut."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"
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
)


def record(job: str, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Print a row, and put it in the place of the one of the same key in the results of the job."""
    path = RESULTS / f"training_time_{job}.json"
    row = {**key, **values, "machine": machine()}
    print(job, *(f"{k}={v}" for k, v in {**key, **values}.items() if not isinstance(v, dict)), flush=True)
    made = json.loads(path.read_text()) if path.exists() else {"rows": []}
    made["rows"] = [r for r in made["rows"] if {k: r.get(k) for k in key} != key] + [row]
    path.write_text(json.dumps(made, indent=1) + "\n")


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
