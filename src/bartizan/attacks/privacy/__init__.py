"""Privacy: what a model, its answers or its updates give away of the data it was trained on.

`membership` tells the records a model was trained on from others, in one call. `audit_dp` bounds the privacy loss of a
training from below. `invert_gradient` rebuilds records from what a party of a federated training sends, and `recovered`
says what that is worth; `invert_model` draws a picture of a class, and `resemblance` says whether it shows a record or
an average. `infer_attribute` guesses an unknown column of records, and `infer_property` the share of a group in the
training set. The plugins of this folder attack within a campaign.
"""

from __future__ import annotations

from .audit.audit_dp import audit_dp, audit_dp_scores
from .audit.result import DpAudit
from .gradient.invert_gradient import GradientInversion, invert_gradient
from .gradient.recovered import Recovered, recovered
from .inference.membership import membership
from .inference.result import MembershipInference
from .inversion.invert_model import ModelInversion, invert_model
from .inversion.resemblance import Resemblance, resemblance
from .traits.infer_attribute import AttributeInference, infer_attribute
from .traits.infer_property import PropertyInference, infer_property

__all__ = [
    "AttributeInference",
    "DpAudit",
    "GradientInversion",
    "MembershipInference",
    "ModelInversion",
    "PropertyInference",
    "Recovered",
    "Resemblance",
    "audit_dp",
    "audit_dp_scores",
    "infer_attribute",
    "infer_property",
    "invert_gradient",
    "invert_model",
    "membership",
    "recovered",
    "resemblance",
]
