"""Privacy: what a model, its answers or its updates give away of the data it was trained on.

`audit_dp` bounds the privacy loss of a training from below. The plugins of this folder attack within a campaign.
"""

from __future__ import annotations

from .audit.audit_dp import audit_dp, audit_dp_scores
from .audit.result import DpAudit

__all__ = ["DpAudit", "audit_dp", "audit_dp_scores"]
