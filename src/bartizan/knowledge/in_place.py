"""Which defences of the catalogue a description shows to be in place already, and by what."""

from __future__ import annotations

from collections.abc import Callable

from bartizan.core.system import HardwareAsset, Interface, ModelAsset, SoftwareAsset, System

Shown = str | None  # what in the description shows it, or None


def in_place(system: System, model_id: str) -> dict[str, str]:
    """Ids of the defences in place around a model → what in the description shows it.

    A control that must hold on every interface (software, hardware) counts only when all of them have it.
    """
    around = _Around(system, model_id)
    found = {id: show(around) for id, show in SHOWN_BY.items()}
    return {id: shown for id, shown in found.items() if shown}


def method_in_place(system: System, model_id: str, cell: str, defence: str | None) -> str | None:
    """What in the description shows that a method of the stages × threats table is in place, or None.

    cell: `STAGE/CLASS`. A method can ask for more, or for something else, than the defence it belongs to; where the
    description cannot show it, it is not taken for granted.
    """
    if (cell, defence) in SHOWN_IN_CELL:
        return SHOWN_IN_CELL[cell, defence](_Around(system, model_id))
    if defence is None or cell.startswith("decommission/"):
        return None
    return in_place(system, model_id).get(defence)


class _Around:
    """A model with what stands around it."""

    def __init__(self, system: System, model_id: str) -> None:
        self.system = system
        self.model: ModelAsset = system.model(model_id)
        self.data = system.training_data(model_id)
        self.interfaces = system.interfaces_of(model_id)
        self.software = tuple(s for s in system.assets.software if not s.hosts or model_id in s.hosts)
        self.hardware = tuple(h for h in system.assets.hardware if not h.hosts or model_id in h.hosts)


def _every(
    items: tuple[Interface, ...] | tuple[SoftwareAsset, ...] | tuple[HardwareAsset, ...],
    field: str,
    holds: Callable[[object], bool],
) -> Shown:
    values = [(i.id, getattr(i, field)) for i in items]
    if not values or not all(holds(value) for _, value in values):
        return None
    return ", ".join(f"{id}: {field} {str(value).replace('_', ' ')}" for id, value in values)


def _provenance(around: _Around) -> Shown:
    if around.data is not None and around.data.integrity in ("hashed", "signed"):
        return f"{around.data.id}: integrity {around.data.integrity}"
    return _every(around.software, "artefacts", lambda v: v == "signed_safe")


def _small(around: _Around) -> Shown:
    if around.model.capacity == "small_regularised":
        return f"{around.model.id}: small and regularised"
    if around.data is not None and around.data.redundancy == "deduplicated_large":
        return f"{around.data.id}: large and deduplicated"
    return None


def _diverse(around: _Around) -> Shown:
    if around.model.ensemble == "diverse":
        return f"{around.model.id}: diverse ensemble"
    return _every(around.hardware, "sensors", lambda v: v == "multi_modal")


def _oversight(around: _Around) -> Shown:
    use = around.system.use
    found = []
    if use.oversight in ("per_decision", "sampled"):
        found.append(f"oversight {use.oversight.replace('_', ' ')}")
    if use.fallback in ("tested", "human_queue"):
        found.append(f"fallback {use.fallback.replace('_', ' ')}")
    return ", ".join(found) or None


def _versions(around: _Around) -> Shown:
    kept = around.data is not None and around.data.integrity in ("versioned", "signed")
    return f"{around.data.id}: {around.data.integrity}" if kept and around.data is not None else None


def _baseline(around: _Around) -> Shown:
    apart = _every(around.software, "environments", lambda v: v == "segregated")
    scanned = _every(around.software, "dependencies", lambda v: v == "pinned_scanned")
    return f"{apart}; {scanned}" if apart and scanned else None


def _smoothing(around: _Around) -> Shown:
    smoothed = around.model.randomness == "certified_smoothing"
    return f"{around.model.id}: certified smoothing" if smoothed else None


SHOWN_BY: dict[str, Callable[[_Around], Shown]] = {
    "DF07": _smoothing,
    "DF19": _diverse,
    "DF23": lambda a: _every(a.interfaces, "query_budget", lambda v: isinstance(v, int)),
    "DF24": lambda a: _every(a.interfaces, "returns", lambda v: v in ("label", "top_k", "rounded")),
    "DF25": _provenance,
    "DF38": _small,
    "DF44": lambda a: _every(a.hardware, "isolation", lambda v: v == "tee"),
    "DF45": lambda a: _every(
        a.software, "artefacts", lambda v: v in ("signed_safe", "safetensors", "onnx", "scanned_pickle")
    ),
    "DF47": _oversight,
    "DF48": _versions,
    "DF52": _baseline,
}


def _signed(around: _Around) -> Shown:
    if around.model.load is not None and around.model.load.sha256 is not None:
        return f"{around.model.id}: digest of the model file is checked on loading"
    return _every(around.software, "artefacts", lambda v: v == "signed_safe")


def _limited_and_known(around: _Around) -> Shown:
    known = _every(around.interfaces, "authentication", lambda v: v in ("account", "strong"))
    limited = SHOWN_BY["DF23"](around)
    return f"{known}; {limited}" if known and limited else None


def _fallback(around: _Around) -> Shown:
    fallback = around.system.use.fallback
    return f"fallback {fallback.replace('_', ' ')}" if fallback in ("tested", "human_queue") else None


def _domain(around: _Around) -> Shown:
    return f"{len(around.system.odd)} conditions described" if around.system.odd else None


def _domain_and_fallback(around: _Around) -> Shown:
    domain, fallback = _domain(around), _fallback(around)
    return f"{domain}; {fallback}" if domain and fallback else None


def _gated(around: _Around) -> Shown:
    return "retraining gated" if around.system.organisation.retraining == "gated" else None


def _not_shown(around: _Around) -> Shown:
    return None


SHOWN_IN_CELL: dict[tuple[str, str | None], Callable[[_Around], Shown]] = {
    ("planning/evasion", "DF18"): _domain_and_fallback,
    ("planning/hazard", None): _domain,
    ("planning/poisoning", "DF25"): _not_shown,
    ("planning/backdoor", "DF25"): _not_shown,
    ("planning/supply_chain", "DF25"): _not_shown,
    ("planning/all", "DF52"): _not_shown,
    ("data/model_extraction", "DF52"): _not_shown,
    ("data/supply_chain", "DF25"): _not_shown,
    ("data/all", "DF52"): _not_shown,
    ("retraining/supply_chain", "DF45"): _not_shown,
    ("retraining/all", "DF47"): _gated,
    ("deployment/poisoning", "DF47"): _not_shown,
    ("deployment/backdoor", "DF25"): _signed,
    ("deployment/supply_chain", "DF25"): _signed,
    ("deployment/model_extraction", "DF23"): _limited_and_known,
    ("deployment/availability", "DF47"): _fallback,
    ("monitoring/backdoor", "DF25"): _not_shown,
    ("monitoring/supply_chain", "DF52"): _not_shown,
}
