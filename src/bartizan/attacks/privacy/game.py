"""What every membership attack shares: how many records it can afford to ask about, and how many it should."""

from __future__ import annotations

import math
from typing import Any

from bartizan.core.contracts import Proposal
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View

UNKNOWN = -1e9  # the score of a record nobody asked about: lower than any other, and finite so that ranks work

LEAST = {"quick": 2500, "standard": 5000, "deep": 20000}
MOST = 40000
FEWEST = 200  # half of them non-members: at 100 the lowest false-positive rate one may speak of is 10 %


def affordable(view: View, reserved: int = 0) -> int:
    """How many probe records can be asked about once, after `reserved` queries for other things."""
    total = view.budget.queries
    return len(view.probe) if total is None else max(0, min(len(view.probe), total - reserved))


def membership_proposal(profile: Profile, params: dict[str, Any], effort: Effort, shared: int = 0) -> Proposal:
    """Members and non-members in equal number, and enough for 10 non-members above the threshold at `profile.fpr`.

    One query a record, and `shared` ones that serve them all. Raises `NotApplicable` when the interface lets nobody ask
    so much that something could be said of any false-positive rate.
    """
    wanted = min(max(LEAST[effort], math.ceil(20 / profile.fpr)), MOST)
    examples = wanted if profile.queries is None else min(wanted, profile.queries - shared)
    if examples < FEWEST:
        raise NotApplicable(
            f"it asks about {FEWEST} records at least{f' and {shared} of its own' if shared else ''}, "
            f"and the interface lets an actor ask {profile.queries} times"
        )
    return Proposal(params=params, examples=examples, queries_per_example=1, queries=examples + shared)
