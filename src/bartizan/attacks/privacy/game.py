"""What every membership attack shares: how many records it can afford to ask about, and how many it should."""

from __future__ import annotations

import math
from typing import Any

from bartizan.core.contracts import Proposal
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View

UNKNOWN = -1e9  # the score of a record nobody asked about: lower than any other, and finite so that ranks work

LEAST = {"quick": 2500, "standard": 5000, "deep": 20000}
MOST = 40000


def affordable(view: View, reserved: int = 0) -> int:
    """How many probe records can be asked about once, after `reserved` queries for other things."""
    total = view.budget.queries
    return len(view.probe) if total is None else max(0, min(len(view.probe), total - reserved))


def membership_proposal(profile: Profile, params: dict[str, Any], effort: Effort) -> Proposal:
    """Members and non-members in equal number, and enough for 10 non-members above the threshold at `profile.fpr`."""
    wanted = max(LEAST[effort], math.ceil(20 / profile.fpr))
    return Proposal(params=params, examples=min(wanted, MOST), queries_per_example=1)
