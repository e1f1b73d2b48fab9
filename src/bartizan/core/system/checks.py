"""Cross-checks of a description: ids that point nowhere, names used twice, bounds that cannot hold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bartizan.core.suggest import did_you_mean
from bartizan.core.system.choice import SYSTEM_ID
from bartizan.core.system.flows import OUTSIDE
from bartizan.core.system.gates import MeasureGate
from bartizan.core.system.problem import Problem

if TYPE_CHECKING:
    from bartizan.core.system.system import System

RESERVED = (SYSTEM_ID, OUTSIDE)

Loc = tuple[str | int, ...]


def problems_of(system: System) -> Iterator[Problem]:
    """Everything about `system` that no single section can see is wrong, each at its key."""
    yield from _ids(system)
    yield from _references(system)
    yield from _findings(system)
    yield from _sizes(system)
    yield from _odd_features(system)
    yield from _sensitive_columns(system)
    yield from _positives(system)


def _named(system: System) -> Iterator[tuple[Loc, str]]:
    groups: tuple[tuple[Loc, Iterable[object]], ...] = (
        (("assets", "data"), system.assets.data),
        (("assets", "models"), system.assets.models),
        (("assets", "software"), system.assets.software),
        (("assets", "hardware"), system.assets.hardware),
        (("interfaces",), system.interfaces),
        (("adversaries",), system.adversaries),
    )
    for loc, items in groups:
        for index, item in enumerate(items):
            yield (*loc, index, "id"), item.id  # type: ignore[attr-defined]


def _ids(system: System) -> Iterator[Problem]:
    seen: set[str] = set()
    for loc, name in _named(system):
        if name in RESERVED:
            yield Problem(loc, f"id '{name}' has a meaning of its own; choose another")
        elif name in seen:
            yield Problem(loc, f"id '{name}' is used twice; ids must differ across assets, interfaces and adversaries")
        seen.add(name)


def _points(loc: Loc, name: str | None, what: str, known: Iterable[str]) -> Iterator[Problem]:
    names = list(known)
    if name is not None and name not in names:
        yield Problem(loc, f"there is no {what} with id '{name}'" + did_you_mean(name, names))


def _references(system: System) -> Iterator[Problem]:
    data = [d.id for d in system.assets.data]
    models = [m.id for m in system.assets.models]
    assets = [a.id for a in system.assets.all()]
    places = [*assets, *(i.id for i in system.interfaces)]
    for i, model in enumerate(system.assets.models):
        at: Loc = ("assets", "models", i)
        yield from _points((*at, "train_data"), model.train_data, "data asset", data)
        yield from _points((*at, "test_data"), model.test_data, "data asset", data)
        yield from _points((*at, "retrain", "data"), model.retrain.data if model.retrain else None, "data asset", data)
    hosts = [(("assets", "software", i), s.hosts) for i, s in enumerate(system.assets.software)]
    hosts += [(("assets", "hardware", i), h.hosts) for i, h in enumerate(system.assets.hardware)]
    for place, names in hosts:
        for j, name in enumerate(names):
            yield from _points((*place, "hosts", j), name, "asset", assets)
    for name in system.provenance.model_signatures:
        loc: Loc = ("provenance", "model_signatures", name)
        yield from _points(loc, name, "model", models)
        if any(m.id == name and (m.load is None or m.load.file is None) for m in system.assets.models):
            yield Problem(loc, f"the model '{name}' names no file that a signature could be of; say how to load it")
    for i, interface in enumerate(system.interfaces):
        yield from _points(("interfaces", i, "serves"), interface.serves, "model", models)
    for i, flow in enumerate(system.flows):
        for key, end in (("from", flow.source), ("to", flow.to)):
            if end != OUTSIDE:
                yield from _points(("flows", i, key), end, "asset or interface", places)
    reached = [*places, *system.boundaries()]
    for i, adversary in enumerate(system.adversaries):
        for j, name in enumerate(adversary.reaches):
            yield from _points(("adversaries", i, "reaches", j), name, "asset, interface or boundary", reached)


def _findings(system: System) -> Iterator[Problem]:
    named: list[tuple[Loc, str]] = [(("accepted", i, "finding"), a.finding) for i, a in enumerate(system.accepted)]
    named += [(("gates", i, "finding"), g.finding) for i, g in enumerate(system.gates) if g.finding]
    places = [SYSTEM_ID, *(a.id for a in system.assets.all())]
    for loc, finding in named:
        threat, at, where = finding.partition("@")
        asset, slash, interface = where.partition("/")
        if not threat or not at or not asset:
            yield Problem(loc, f"'{finding}' is not the id of a finding; write THREAT@ASSET or THREAT@ASSET/INTERFACE")
            continue
        yield from _points(loc, asset, "asset", places)
        if slash:
            yield from _points(loc, interface, "interface", (i.id for i in system.interfaces))


def _sizes(system: System) -> Iterator[Problem]:
    for i, gate in enumerate(system.gates):
        if isinstance(gate, MeasureGate) and gate.eps is not None:
            yield from _eps(system, ("gates", i, "eps"), gate)


def _eps(system: System, loc: Loc, gate: MeasureGate) -> Iterator[Problem]:
    for model in system.assets.models:
        if model.load is None or model.load.bounds is None or gate.eps is None:
            continue
        low, high = model.load.bounds
        shape = model.load.input_shape
        largest = {
            "linf": high - low,
            "l2": (high - low) * math.sqrt(math.prod(shape)) if shape else math.inf,
            "l1": (high - low) * math.prod(shape) if shape else math.inf,
            "l0": math.prod(shape) if shape else math.inf,
        }[gate.norm or "linf"]
        if gate.eps > largest:
            yield Problem(
                loc,
                f"eps {gate.eps:g} is larger than the whole range of inputs of '{model.id}'"
                f" ({largest:g} in {gate.norm}, from bounds [{low:g}, {high:g}])",
            )


def _odd_features(system: System) -> Iterator[Problem]:
    known = {f.name for d in system.assets.data if d.load for f in d.load.features}
    for name, condition in system.odd.items():
        if condition.feature is not None and known and condition.feature not in known:
            yield Problem(
                ("odd", name, "feature"),
                f"no data set lists a feature '{condition.feature}'" + did_you_mean(condition.feature, known),
            )


def _sensitive_columns(system: System) -> Iterator[Problem]:
    """Where the columns are not listed, the header of the file is what names them, and loading it will tell."""
    for i, data in enumerate(system.assets.data):
        known = [f.name for f in data.load.features] if data.load else []
        for j, name in enumerate(data.sensitive_columns):
            at: Loc = ("assets", "data", i, "sensitive_columns", j)
            if name in data.sensitive_columns[:j]:
                yield Problem(at, f"the column '{name}' is listed twice")
            elif known and name not in known:
                yield Problem(at, f"'{data.id}' lists no feature '{name}'" + did_you_mean(name, known))


def _positives(system: System) -> Iterator[Problem]:
    """A positive class must be one of some model; where no model says what classes it has, any may be right."""
    loads = [m.load for m in system.assets.models if m.load is not None]
    if not loads or not all(load.classes or load.class_names for load in loads):
        return
    names = {name for load in loads for name in load.class_names}
    count = max(load.classes or len(load.class_names) for load in loads)
    for i, positive in enumerate(system.use.metric.positive):
        if positive in names or (isinstance(positive, int) and 0 <= positive < count):
            continue
        hint = did_you_mean(positive, names) if names else ""
        yield Problem(
            ("use", "metric", "positive", i),
            f"no model has the class '{positive}'{hint or f'; its classes are 0 to {count - 1}'}",
        )
