"""Evasion: inputs changed at run time so that the model decides otherwise.

`robust_accuracy` and `minimum_norm` attack a model directly, without a description, and `query_attack` one that only
answers; the plugins of this folder do so within a campaign.
"""

from __future__ import annotations

from .engine.minimum_norm import minimum_norm
from .engine.query_attack import query_attack
from .engine.query_result import QueryAttack
from .engine.result import RobustAccuracy
from .engine.robust_accuracy import robust_accuracy
from .engine.smallest_changes import MinimumNorm

__all__ = ["MinimumNorm", "QueryAttack", "RobustAccuracy", "minimum_norm", "query_attack", "robust_accuracy"]
