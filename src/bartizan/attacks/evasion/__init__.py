"""Evasion: inputs changed at run time so that the model decides otherwise.

`robust_accuracy` and `minimum_norm` attack a model directly, without a description, and `query_attack` one that only
answers; `knowledge_ladder` does all of it, from the least knowledge to the most. The plugins of this folder attack
within a campaign.
"""

from __future__ import annotations

from .engine.minimum_norm import minimum_norm
from .engine.query_attack import query_attack
from .engine.query_result import QueryAttack
from .engine.result import RobustAccuracy
from .engine.robust_accuracy import robust_accuracy
from .engine.smallest_changes import MinimumNorm
from .ladder.climb import knowledge_ladder
from .ladder.rungs import KnowledgeLadder, KnowledgeRung

__all__ = [
    "KnowledgeLadder",
    "KnowledgeRung",
    "MinimumNorm",
    "QueryAttack",
    "RobustAccuracy",
    "knowledge_ladder",
    "minimum_norm",
    "query_attack",
    "robust_accuracy",
]
