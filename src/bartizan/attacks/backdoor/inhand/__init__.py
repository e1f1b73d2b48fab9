"""A model in hand, whoever trained it: does it carry a backdoor?

`scan_model(model, x, y)` looks; `clean_null(recipe, x, y, train=…)` says what clean models of the
same recipe look like.
"""

from __future__ import annotations

from .null import Null
from .scan import ModelScan, clean_null, scan_model
from .settings import ScanSettings

__all__ = ["ModelScan", "Null", "ScanSettings", "clean_null", "scan_model"]
