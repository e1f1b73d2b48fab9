"""System → profile: what the planner may know of a model without opening it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

from bartizan.core.profile import Condition, Profile, SensitiveColumn
from bartizan.core.system import DataAsset, Distribution, MeasureGate, ModelAsset, System
from bartizan.core.system.odd import Condition as OddCondition
from bartizan.core.vocabulary import Stage, ThreatClass
from bartizan.targets.open import is_differentiable

TREES = ("sklearn", "xgboost", "lightgbm")
TABLES = ("csv", "parquet")
PICTURES = ("idx", "image_folder")
OF_PEOPLE = ("pseudonymised", "personal", "secret")
FEDERATED = ("vetted_clients", "open_clients")

Modality = Literal["image", "tabular"]


def profile(system: System, model_id: str, stage: Stage = Stage.DEPLOYMENT, *, root: Path | None = None) -> Profile:
    """What the description says of a model. Conditions are those of the operating domain in `stage`.

    root: the folder of the description, to look into a file whose kind alone does not tell whether it has gradients
    (ONNX); without it such a file is taken to have none.

    Raises `UsageError` when there is no such model.
    """
    model = system.model(model_id)
    data = system.test_data(model_id) or system.training_data(model_id)
    load = model.load
    floor = system.use.metric.floor
    return Profile(
        model=model_id,
        modality=_modality(model, data),
        bounds=load.bounds if load else None,
        differentiable=is_differentiable(model.load, root),
        retrainable=model.retrain is not None,
        has_training_data=_loads(system.training_data(model_id)),
        classes=_classes(model),
        norms=_norms(system, model, _modality(model, data)),
        fpr=_fpr(system),
        conditions=tuple(_condition(name, c.at(stage)) for name, c in system.odd.items()),
        positive_classes=positive_classes(system, model),
        latency_ms=system.use.latency_ms,
        precision_floor=floor.precision,
        recall_floor=floor.recall,
        sensitive=_sensitive(system.training_data(model_id) or data),
        promise=_promise(model),
        federated=model.federation in FEDERATED,
        queries=_most([a.budget.queries for a in system.adversaries]),
        query_budget=_stated_budget(system, model_id),
        records=_most([a.budget.records for a in system.adversaries]),
    )


def _loads(data: DataAsset | None) -> bool:
    return data is not None and data.load is not None


def _modality(model: ModelAsset, data: DataAsset | None) -> Modality:
    """Tables for trees, named features and flat inputs; pictures otherwise."""
    load, source = model.load, data.load if data else None
    if source is not None and (source.kind in TABLES or source.features):
        return "tabular"
    if source is not None and source.kind in PICTURES:
        return "image"
    if load is not None and load.input_shape is not None:
        return "image" if len(load.input_shape) > 1 else "tabular"
    return "tabular" if load is not None and load.kind in TREES else "image"


def _classes(model: ModelAsset) -> int | None:
    if model.load is None:
        return None
    return model.load.classes or len(model.load.class_names) or None


def _norms(system: System, model: ModelAsset, modality: Modality) -> tuple[tuple[str, float], ...]:
    """What the gates ask for first; then, for each of L∞ and L2 that no gate names, a usual size.

    Usual for L∞: 8/255 of the range for colour pictures (Madry et al. 2018), a tenth of the range for grey ones and
    for tables. For L2: half the way from the centre to the corner of that L∞ ball, ε·√d/2, when d is known.
    """
    gates = [g for g in system.gates if isinstance(g, MeasureGate) and g.threat_class is ThreatClass.EVASION]
    asked = list(dict.fromkeys((g.norm, g.eps) for g in gates if g.norm is not None and g.eps is not None))
    load = model.load
    if load is None or load.bounds is None:
        return tuple((str(norm), float(eps)) for norm, eps in asked)
    colour = modality == "image" and (load.input_shape is None or load.input_shape[0] >= 3)
    usual = (8 / 255 if colour else 0.1) * (load.bounds[1] - load.bounds[0])
    linf = next((float(eps) for norm, eps in asked if norm == "linf"), round(usual, 6))
    named = {norm for norm, _ in asked}
    found = [(str(norm), float(eps)) for norm, eps in asked]
    if "linf" not in named:
        found.append(("linf", linf))
    if "l2" not in named and load.input_shape is not None:
        found.append(("l2", round(linf * math.sqrt(math.prod(load.input_shape)) / 2, 4)))
    return tuple(found)


def _fpr(system: System) -> float:
    asked = [g.fpr for g in system.gates if isinstance(g, MeasureGate) and g.fpr is not None]
    return min(asked, default=0.01)


def _sensitive(data: DataAsset | None) -> tuple[SensitiveColumn, ...]:
    """The columns that are said to be sensitive; where none is, those of few values of records of people."""
    if data is None or data.load is None:
        return ()
    few = {f.name: 2 if f.type == "binary" else len(f.one_of) or None for f in data.load.features if _discrete(f.type)}
    named = data.sensitive_columns or (tuple(few) if data.sensitivity in OF_PEOPLE else ())
    return tuple(SensitiveColumn(name=name, values=few.get(name)) for name in named)


def _promise(model: ModelAsset) -> tuple[float, float] | None:
    said = model.retrain.promise if model.retrain else None
    return None if said is None else (said.epsilon, said.delta)


def _discrete(kind: str) -> bool:
    return kind in ("binary", "categorical")


def _condition(name: str, described: OddCondition) -> Condition:
    low, high = described.range
    own = described.distribution
    shape: dict[str, float | tuple[float, ...]] = {}
    if isinstance(own, Distribution):
        shape = {key: value for key, value in own.model_dump().items() if value is not None}
    return Condition(
        name=name,
        kind=described.kind,
        low=low,
        high=high,
        unit=described.unit,
        distribution=shape,
        assumed=described.assumed,
        feature=described.feature or "",
    )


def positive_classes(system: System, model: ModelAsset) -> tuple[int, ...]:
    """The classes whose precision and recall the use case names, by number or by name."""
    names = model.load.class_names if model.load else ()
    return tuple(
        c if isinstance(c, int) else names.index(c)
        for c in system.use.metric.positive
        if isinstance(c, int) or c in names
    )


def _stated_budget(system: System, model_id: str) -> int | None:
    stated = (i.query_budget for i in system.interfaces_of(model_id))
    return max((n for n in stated if isinstance(n, int)), default=None)


def _most(values: list[int | None]) -> int | None:
    """The largest, or None when there is none or one has no limit."""
    return max((v for v in values if v is not None), default=None) if None not in values else None
