"""Evasion: inputs changed at run time so that the model decides otherwise.

`robust_accuracy` attacks a model directly, without a description; the plugins of this folder do so within a campaign.
"""

from __future__ import annotations

from .engine.result import RobustAccuracy
from .engine.robust_accuracy import robust_accuracy

__all__ = ["RobustAccuracy", "robust_accuracy"]
