"""Model card and data card of CycloneDX, from the description and, where there is one, the assessment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.finding import Finding
from bartizan.core.system import DataAsset, ModelAsset, System
from bartizan.core.vocabulary import Verdict


def model_card(system: System, model: ModelAsset, assessment: Assessment | None) -> dict[str, Any]:
    """The `modelCard` of a component. Empty parts are left out."""
    card = {
        "modelParameters": _parameters(system, model),
        "quantitativeAnalysis": {"performanceMetrics": list(_metrics(model, assessment))},
        "considerations": _considerations(system, model, assessment),
        "properties": list(_choices(model)),
    }
    if not card["quantitativeAnalysis"]["performanceMetrics"]:  # type: ignore[index]
        del card["quantitativeAnalysis"]
    return card


def data_card(asset: DataAsset) -> dict[str, Any]:
    """The `data` entry of a component: what it is and how sensitive."""
    card: dict[str, Any] = {"type": "dataset", "name": asset.id, "classification": asset.sensitivity}
    said = [f"origin: {asset.origin}", f"labels: {asset.labels}"]
    said += [f"{asset.rows:,} records"] if asset.rows else []
    card["description"] = "; ".join(said)
    if asset.sensitivity in ("personal", "secret", "pseudonymised"):
        card["sensitiveData"] = [f"{asset.sensitivity} records"]
    return card


def _parameters(system: System, model: ModelAsset) -> dict[str, Any]:
    load = model.load
    train, test = system.training_data(model.id), system.test_data(model.id)
    used = dict.fromkeys(d.id for d in (train, test) if d is not None)
    parameters: dict[str, Any] = {}
    if load is not None:  # only classifiers can be loaded; of any other model nothing is known
        parameters |= {"approach": {"type": "supervised"}, "task": "classification"}
        parameters["architectureFamily"] = str(load.kind)
        parameters["modelArchitecture"] = str(getattr(load, "factory", None) or load.file or load.kind)
        shape = "×".join(str(n) for n in load.input_shape or ())
        parameters["inputs"] = [{"format": f"array of {shape}" if shape else "array"}]
        parameters["outputs"] = [{"format": f"scores of {load.classes} classes" if load.classes else "scores"}]
    if used:
        parameters["datasets"] = [{"ref": name} for name in used]
    return parameters


def _metrics(model: ModelAsset, assessment: Assessment | None) -> Iterator[dict[str, Any]]:
    if model.load is not None and model.load.accuracy is not None:
        yield {"type": "accuracy (as stated by its maker)", "value": f"{model.load.accuracy:g}"}
    for finding in _of(model, assessment):
        rate = finding.rate
        if rate is not None:
            yield {
                "type": rate.estimand,
                "slice": finding.id,
                "value": f"{rate.value:g}",
                "confidenceInterval": {"lowerBound": f"{rate.low:g}", "upperBound": f"{rate.high:g}"},
            }


def _considerations(system: System, model: ModelAsset, assessment: Assessment | None) -> dict[str, Any]:
    audiences = [f"{i.audience} by '{i.id}'" for i in system.interfaces_of(model.id)]
    limits = [_limit(f) for f in _of(model, assessment) if f.verdict is not Verdict.RESISTED]
    if assessment is None:
        limits = ["Not assessed: nothing is known of how it stands up to attacks, or to the world outside its data."]
    found: dict[str, Any] = {"useCases": [system.purpose], "technicalLimitations": limits}
    if audiences:
        found["users"] = audiences
    ways = [t for t in (assessment.treatments if assessment else ()) if t.status == "applied"]
    if ways:
        found["performanceTradeoffs"] = [f"{t.title}: tried, and measured beside the model as it is" for t in ways]
    return {key: value for key, value in found.items() if value}


def _limit(finding: Finding) -> str:
    return f"{finding.id} {finding.title}: {finding.verdict} ({finding.severity}). {finding.reason}"


def _of(model: ModelAsset, assessment: Assessment | None) -> tuple[Finding, ...]:
    return tuple(f for f in assessment.findings if f.asset == model.id) if assessment else ()


def _choices(model: ModelAsset) -> Iterator[dict[str, str]]:
    """The design choices that say where a model comes from and how it changes."""
    for name in ("origin", "learning", "federation", "compression"):
        yield {"name": f"bartizan:{name}", "value": str(getattr(model, name))}
