"""Extraction: the function of a model, its structure and its settings, read from its answers.

`extract` copies a model within a budget of queries. `hidden_width`, `recover_relu`, `hyperparameters` and
`features_used` read how it is made; `ownership` tells whether one was copied from another. The plugins of this folder
copy within a campaign.
"""

from __future__ import annotations

from bartizan.numerics.rate import Rate

from .copying.extract import extract
from .copying.ledger import Ledger
from .copying.result import Extraction, Stolen
from .proof.ownership import Ownership, ownership
from .structure.features import FeaturesUsed, features_used
from .structure.hyperparameters import Hyperparameters, guessed, hyperparameters, shadow_models
from .structure.recover import RecoveredRelu, recover_relu
from .structure.settings import Setting
from .structure.width import HiddenWidth, hidden_width

__all__ = [
    "Extraction",
    "FeaturesUsed",
    "HiddenWidth",
    "Hyperparameters",
    "Ledger",
    "Ownership",
    "Rate",
    "RecoveredRelu",
    "Setting",
    "Stolen",
    "extract",
    "features_used",
    "guessed",
    "hidden_width",
    "hyperparameters",
    "ownership",
    "recover_relu",
    "shadow_models",
]
