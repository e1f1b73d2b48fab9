"""Small systems made by hand: everything low, changed where a test says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bartizan.core.system import System
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.load import load

Make = Callable[..., System]


def low() -> dict[str, Any]:
    """A system of low exposure, sensitivity and oversight apart (at their lowest they set off rules)."""
    return {
        "name": "Made by hand",
        "purpose": "To be judged by one rule at a time",
        "stage": "deployment",
        "use": {
            "autonomy": "advisory", "world": "closed", "fallback": "tested", "oversight": "sampled",
            "attacker_benefit": "none",
        },
        "impact": {"availability": "medium", "integrity": "medium", "privacy": "medium", "safety": "medium"},
        "assets": {
            "data": [
                {
                    "id": "train", "origin": "own", "labels": "in_house", "publicity": "private",
                    "sensitivity": "pseudonymised", "redundancy": "deduplicated_large", "integrity": "hashed",
                    "augmentation": "none",
                }
            ],
            "models": [
                {
                    "id": "reader", "learning": "frozen", "federation": "none", "origin": "from_scratch",
                    "architecture": "private", "capacity": "small_regularised", "ensemble": "diverse",
                    "compression": "none", "randomness": "none",
                }
            ],
            "software": [
                {
                    "id": "service", "artefacts": "safetensors", "dependencies": "pinned_scanned",
                    "environments": "segregated", "preprocessing": "bounds_checked",
                }
            ],
            "hardware": [
                {"id": "host", "place": "own", "isolation": "dedicated", "sensors": "none", "fault_tolerance": "ecc"}
            ],
        },
        "interfaces": [
            {
                "id": "api", "serves": "reader", "audience": "internal", "authentication": "strong",
                "returns": "label", "explanations": "none", "query_budget": 100, "logging": "per_principal",
            }
        ],
        "supply": {"parties": "self_self"},
        "organisation": {"retraining": "gated"},
    }  # fmt: skip


PLACES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "data": lambda s: s["assets"]["data"][0],
    "model": lambda s: s["assets"]["models"][0],
    "software": lambda s: s["assets"]["software"][0],
    "hardware": lambda s: s["assets"]["hardware"][0],
    "interface": lambda s: s["interfaces"][0],
    "use": lambda s: s["use"],
    "impact": lambda s: s["impact"],
}


@pytest.fixture
def make() -> Make:
    """`make(model={"origin": "third_party"}, flows=[...])`: the low system with these fields changed."""

    def build(**changes: Any) -> System:
        body = low()
        for key, value in changes.items():
            if key in PLACES:
                PLACES[key](body).update(value)
            else:
                body[key] = value
        return System.model_validate(body)

    return build


@pytest.fixture(scope="session")
def kb() -> KnowledgeBase:
    return load()


@pytest.fixture
def fire(make: Make, kb: KnowledgeBase) -> Callable[..., list[Any]]:
    """The changes of one rule, and only that one, on the low system with these fields changed."""
    from bartizan.analysis.exposure import exposures
    from bartizan.analysis.facts import Facts

    def run(rule: Any, **changes: Any) -> list[Any]:
        system = make(**changes)
        return list(rule().apply(Facts(system, exposures(system, kb))))

    return run
