from typing import Any

import pytest


@pytest.fixture
def described() -> dict[str, Any]:
    """A description as plain values that validates and uses every section."""
    return {
        "name": "Cheque reader",
        "purpose": "Reads amounts",
        "stage": "testing",
        "use": {"metric": {"kind": "precision_recall", "positive": [1], "floor": {"recall": 0.9}}, "world": "open"},
        "impact": {"integrity": "high"},
        "odd": {
            "noise": {
                "kind": "gaussian_noise",
                "range": [0, 0.1],
                "distribution": {"half_normal": 0.03},
                "by_stage": {"deployment": {"range": [0, 0.2]}},
            },
            "skew": {"kind": "rotation", "range": [-12, 12]},
        },
        "assets": {
            "data": [
                {"id": "train", "load": {"kind": "npz", "path": "a.npz"}, "labels": "outsourced"},
                {"id": "test", "load": {"kind": "csv", "path": "b.csv", "label": "y", "features": [{"name": "a"}]}},
            ],
            "models": [
                {
                    "id": "reader",
                    "load": {
                        "kind": "torch",
                        "factory": "net:build",
                        "weights": "w.safetensors",
                        "bounds": [0, 1],
                        "input_shape": [1, 8, 8],
                        "preprocessing": {"mean": [0.1], "std": [0.3]},
                    },
                    "retrain": {"function": "net.py:train", "data": "train"},
                    "architecture": "public",
                }
            ],
            "software": [{"id": "service", "dependencies": "requirements.lock", "hosts": ["reader"]}],
            "hardware": [{"id": "host", "place": "cloud"}],
        },
        "interfaces": [
            {
                "id": "api",
                "serves": "reader",
                "returns": "top_k",
                "k": 3,
                "query_budget": 1000,
                "open_in": ["deployment"],
            }
        ],
        "flows": [
            {"from": "train", "to": "reader", "carries": "records", "state": "at_rest", "crosses": "supplier"},
            {"from": "outside", "to": "api", "carries": "images", "state": "in_transit", "crosses": "internet"},
        ],
        "adversaries": [{"id": "thief", "goal": "privacy", "reaches": ["api"], "budget": {"queries": 1000, "eur": 50}}],
        "gates": [
            {"threat_class": "evasion", "estimand": "robust_accuracy", "norm": "linf", "eps": 0.1, "at_least": 0.4},
            {"forbid": ["exploited"], "severity": "high"},
        ],
        "accepted": [{"finding": "E1@reader/api", "by": "me", "why": "because", "until": "2030-01-31"}],
        "authorisation": {"by": "me", "until": "2030-01-31", "spend_cap_eur": 100},
        "overrides": {"DC01": {"options": {"public": "low"}, "why": "our own public data"}},
        "supply": {"parties": "self_self"},
        "organisation": {"retraining": "gated"},
    }
