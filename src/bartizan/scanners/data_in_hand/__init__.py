"""Looking through training data for what does not belong: wrong labels, copies, planted records, outliers.

`suspects(x, y, seed=0)` makes one cross-validated pass and ranks the records; with records that are known to be clean
(`trusted`) it says how many it would flag by mistake.
"""

from __future__ import annotations

from .signals import SIGNALS, Signal
from .suspects import Suspects, suspects

__all__ = ["SIGNALS", "Signal", "Suspects", "suspects"]
