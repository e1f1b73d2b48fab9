"""Evasion: inputs changed at run time so that the model decides otherwise.

`robust_accuracy` and `minimum_norm` attack a model directly, without a description; the plugins of this folder do so
within a campaign.
"""

from __future__ import annotations

from .engine.minimum_norm import minimum_norm
from .engine.result import RobustAccuracy
from .engine.robust_accuracy import robust_accuracy
from .engine.smallest_changes import MinimumNorm

__all__ = ["MinimumNorm", "RobustAccuracy", "minimum_norm", "robust_accuracy"]
