"""What poison did by dose, and what each dose costs whoever contributes it."""

from __future__ import annotations

from .base import Frozen
from .classwise import Share
from .system.contributing import Contributing, Written

REACHED = 0.5  # share of the retrainings that has to end as the adversary wants, for the goal to count as reached


class DoseAt(Frozen):
    """One dose. amount: labels or records written. harm: beyond the clean twins'; goal: of the retrainings, those that
    ended as the adversary wants. eur, accounts: what it takes; None where the description does not say.
    """

    amount: int
    harm: Share
    goal: Share
    eur: float | None = None
    accounts: int | None = None

    @property
    def reached(self) -> bool:
        """Whether the goal was reached: in at least half of the retrainings."""
        return (self.goal.value or 0.0) >= REACHED


class Seen(Frozen):
    """What a pass over the poisoned training data flags at `amount`: of what was altered, and of all other records."""

    amount: int
    altered: Share
    others: Share


class Poison(Frozen):
    """One attack that writes training data. what: it writes. doses: ascending. data: id of the data set it writes into;
    contributing: what that takes, as described. evidence: the trial. seen: who would see it; None where not measured.
    """

    attack: str
    what: Written
    harm: str
    doses: tuple[DoseAt, ...]
    data: str = ""
    contributing: Contributing | None = None
    evidence: str = ""
    seen: Seen | None = None

    @property
    def least(self) -> DoseAt | None:
        """The smallest dose that reached the goal; None where no dose did."""
        return next((d for d in self.doses if d.reached), None)

    @property
    def each(self) -> float | None:
        """The price of one label or record; None where it is not stated."""
        return self.contributing.each(self.what) if self.contributing else None
