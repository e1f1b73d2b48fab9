"""Extraction: the function of a model, its structure and its settings, read from its answers.

`extract` copies a model within a budget of queries. The plugins of this folder do it within a campaign.
"""

from __future__ import annotations

from .copying.extract import extract
from .copying.ledger import Ledger
from .copying.result import Extraction, Rate, Stolen

__all__ = ["Extraction", "Ledger", "Rate", "Stolen", "extract"]
