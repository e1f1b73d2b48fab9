"""Evasion: inputs changed at run time so that the model decides otherwise.

`robust_accuracy` attacks a model directly, without a description, and `query_attack` one that only answers; the plugins
of this folder do so within a campaign.
"""

from __future__ import annotations

from .engine.query_attack import query_attack
from .engine.query_result import QueryAttack
from .engine.result import RobustAccuracy
from .engine.robust_accuracy import robust_accuracy

__all__ = ["QueryAttack", "RobustAccuracy", "query_attack", "robust_accuracy"]
