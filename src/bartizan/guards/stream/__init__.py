"""Watching the stream of queries that an account sends, and how well that tells thieves from users.

Detectors turn each query into a suspicion; `StreamWatch` raises alarms; `replay`, `rehearse` and `witness` show on
a ledger and on benign traffic what an alarm is worth.
"""

from __future__ import annotations

from .budget import QueryBudget
from .detector import Detector
from .distribution import DistributionTest
from .duplicates import NearDuplicates
from .rehearsal import Rehearsal, rehearse
from .traffic import Traffic, in_many_accounts, slowly
from .watch import Alarm, StreamWatch, calibrated, replay
from .witness import witness

__all__ = [
    "Alarm",
    "Detector",
    "DistributionTest",
    "NearDuplicates",
    "QueryBudget",
    "Rehearsal",
    "StreamWatch",
    "Traffic",
    "calibrated",
    "in_many_accounts",
    "rehearse",
    "replay",
    "slowly",
    "witness",
]
