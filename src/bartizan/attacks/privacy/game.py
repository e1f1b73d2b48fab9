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


def affordable(view: View, reserved: int = 0, each: int = 1) -> int:
    """How many probe records can be asked about `each` times, after `reserved` queries for other things."""
    total, own = view.budget.queries, view.budget.queries_per_example
    if own is not None and own < each:
        return 0
    return len(view.probe) if total is None else max(0, min(len(view.probe), (total - reserved) // each))


def membership_proposal(
    profile: Profile, params: dict[str, Any], effort: Effort, shared: int = 0, each: int = 1
) -> Proposal:
    """Members and non-members in equal number, and enough for 10 non-members above the threshold at `profile.fpr`.

    `each` queries a record, and `shared` ones that serve them all. Raises `NotApplicable` when the interface lets
    nobody ask so much that something could be said of any false-positive rate.
    """
    wanted = min(max(LEAST[effort], math.ceil(20 / profile.fpr)), MOST)
    examples = wanted if profile.queries is None else min(wanted, (profile.queries - shared) // each)
    if examples < FEWEST:
        times, own = f", {each} times each" if each > 1 else "", f" and {shared} of its own" if shared else ""
        raise NotApplicable(
            f"it asks about {FEWEST} records at least{times}{own}, and the interface lets an actor ask "
            f"{profile.queries} times"
        )
    total = examples * each + shared
    return Proposal(params=params, examples=examples, queries_per_example=each, queries=total)
