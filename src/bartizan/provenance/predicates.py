"""What can be said of files: their digests, how a model was made, and what an assessment found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bartizan import __version__
from bartizan.core.assessment import Assessment
from bartizan.core.errors import UsageError
from bartizan.core.system import ModelAsset
from bartizan.formats.description import Description

from .files import AssetFile

FILES = "urn:bartizan:files:1"
BUILD = "https://slsa.dev/provenance/v1"
ASSESSMENT = "urn:bartizan:assessment:1"
_TRAINING = "urn:bartizan:training:1"


def of_files(description: Description) -> dict[str, Any]:
    """That these are the files of the described system."""
    return {
        "system": description.system.name,
        "description": _described(description),
        "tool": f"bartizan {__version__}",
    }


def of_build(description: Description, model: ModelAsset, files: Iterable[AssetFile], builder: str) -> dict[str, Any]:
    """How the signer says the model came about, as SLSA provenance: recipe, data and dependencies by digest.

    It is the signer's word: nothing here watched the training.
    """
    train = description.system.training_data(model.id)
    sources = {train.id} if train else set()
    sources |= {s.id for s in description.system.assets.software}
    used = [f for f in files if f.asset in sources or (f.asset == model.id and f.is_code)]
    return {
        "buildDefinition": {
            "buildType": _TRAINING,
            "externalParameters": {
                "model": model.id,
                "recipe": model.retrain.function if model.retrain else "",
                "description": _described(description),
            },
            "internalParameters": {},
            "resolvedDependencies": [{"name": f.name, "digest": {"sha256": f.sha256}} for f in used],
        },
        "runDetails": {"builder": {"id": builder}},
    }


def of_assessment(description: Description, assessment: Assessment, digest: str) -> dict[str, Any]:
    """What an assessment found, with the digest of the whole. Raises `UsageError` when it is of another description."""
    if assessment.system.get("digest") != description.digest:
        raise UsageError(
            f"the assessment was made of another version of {description.path.name}; run: bartizan assess again"
        )
    return {
        "system": description.system.name,
        "description": _described(description),
        "assessment": {"digest": {"sha256": digest}},
        "tool": assessment.tool,
        "effort": assessment.plan.effort,
        "findings": [
            {
                "id": f.id,
                "verdict": str(f.verdict),
                "severity": f.severity,
                **({f.rate.estimand: [f.rate.value, f.rate.low, f.rate.high]} if f.rate else {}),
            }
            for f in assessment.findings
        ],
        "gates": {g.gate: g.outcome for g in assessment.gates},
    }


def _described(description: Description) -> dict[str, Any]:
    return {"name": description.path.name, "digest": {"sha256": description.digest}}
