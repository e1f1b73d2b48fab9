"""Privacy: what a model, its answers or its updates give away of the data it was trained on.

`membership` tells the records a model was trained on from others, in one call. The plugins of this folder attack within
a campaign.
"""

from __future__ import annotations

from .inference.membership import membership
from .inference.result import MembershipInference

__all__ = ["MembershipInference", "membership"]
