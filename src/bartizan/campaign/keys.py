"""The two keys of evidence: one for what the attack made, one for what the referee measured of it.

Everything that could change a result is in a key, and nothing else (not the name, not what it answers).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bartizan.core.base import canonical_json
from bartizan.core.trial import Trial

# Packages whose version can change a number.
_PACKAGES = ("numpy", "scipy", "torch", "scikit-learn", "onnxruntime", "lightgbm", "xgboost", "xgboost-cpu")


def environment() -> dict[str, str]:
    """Device, dtype and the versions results depend on. Reads metadata only, imports nothing."""
    found = {"device": "cpu", "dtype": "float32", "threads": "1"}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def artifact_key(
    trial: Trial, *, subject: str, data: str, earlier: Iterable[str], environment: Mapping[str, str]
) -> str:
    """Digest of the subject, the data slice, the plugin and its version, parameters, access, budget and seed.

    `earlier` are the artifact keys of the trials it builds on, in the order of `trial.after`. A limit in seconds is
    left out: it only aborts, and whoever raises it wants nothing measured again.
    """
    return _digest(
        {
            "subject": [trial.subject.kind, trial.subject.id, subject],
            "data": [data, trial.examples],
            "plugin": [trial.kind, trial.plugin, trial.version],
            "params": trial.params,
            "access": trial.access.model_dump(mode="json"),
            "budget": trial.budget.model_dump(mode="json", exclude={"seconds"}),
            "seed": trial.seed,
            "earlier": list(earlier),
            "environment": dict(environment),
        }
    )


def measurement_key(artifact: str, referee: str, version: int, asked: Iterable[int] = ()) -> str:
    """A better referee measures again without attacking again; so does one asked about other classes (`asked`)."""
    classes = list(asked)
    about = {"asked": classes} if classes else {}
    return _digest({"artifact": artifact, "referee": referee, "version": version, **about})


def subject_key(base: str, treatments: Iterable[str]) -> str:
    """Identity of a subject with the artifacts of its treatments laid over it."""
    laid = list(treatments)
    return _digest({"base": base, "treatments": laid}) if laid else base


def _digest(value: Any) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:32]
