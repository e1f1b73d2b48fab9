"""Tells models that predict amounts from those that tell classes apart; an amount read as a score means nothing."""

from __future__ import annotations

import json
from typing import Any

from bartizan.core.errors import ModelError

_XGBOOST = ("reg:", "count:", "survival:", "rank:")
_LIGHTGBM = (
    *("regression", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie"),
    *("lambdarank", "rank_xendcg"),
)


def require_classes(model: Any, name: str) -> None:
    """Raise `ModelError` when an estimator or a booster was trained to predict amounts or an order."""
    trained = _objective(model)
    if trained:
        raise ModelError(
            f"the model '{name}' predicts amounts, not classes ({trained}); only classifiers can be tested"
        )


def _objective(model: Any) -> str:
    """What it was trained for, where that is no classification, else nothing."""
    package, kind = type(model).__module__.partition(".")[0], type(model).__name__
    if (package, kind) == ("xgboost", "Booster"):
        told = str(json.loads(model.save_config())["learner"]["objective"]["name"])
        return told if told.startswith(_XGBOOST) and told != "reg:logistic" else ""
    if (package, kind) == ("lightgbm", "Booster"):
        told = str(model.dump_model().get("objective", ""))
        return told if told.startswith(_LIGHTGBM) else ""
    return f"a {kind}" if _is_regressor(model) else ""


def _is_regressor(model: Any) -> bool:
    """As its package says; objects that only look like an estimator say nothing."""
    if not hasattr(model, "get_params"):
        return False
    try:
        from sklearn.base import is_regressor

        return bool(is_regressor(model))
    except (ImportError, AttributeError, TypeError):
        return False
