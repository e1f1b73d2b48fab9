"""Privacy: what a model, its answers or its updates give away of the data it was trained on.

`audit_dp` bounds the privacy loss of a training from below; `invert_gradient` rebuilds records from what a party of a
federated training sends, and `recovered` says what that is worth. The plugins of this folder attack within a campaign.
"""

from __future__ import annotations

from .audit.audit_dp import audit_dp, audit_dp_scores
from .audit.result import DpAudit
from .gradient.invert_gradient import GradientInversion, invert_gradient
from .gradient.recovered import Recovered, recovered

__all__ = [
    "DpAudit",
    "GradientInversion",
    "Recovered",
    "audit_dp",
    "audit_dp_scores",
    "invert_gradient",
    "recovered",
]
