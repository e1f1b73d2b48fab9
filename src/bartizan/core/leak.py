"""What exploitative attacks got: whose records were told from outsiders', and how good a copy so many queries made."""

from __future__ import annotations

from .base import Frozen
from .classwise import Share


class ToldAt(Frozen):
    """Members told from outsiders at one false-positive rate.

    members: the share of members scoring above a threshold that, set on one half of the outsiders, accuses no more than
    `fpr` of them with 95 % confidence. realised: the share of the other half of the outsiders above it. tpr: the
    true-positive rate at `fpr` itself, which a verdict goes by; its interval bears that the threshold is estimated.
    """

    fpr: float
    members: Share
    realised: Share
    tpr: Share


class Membership(Frozen):
    """How well the strongest attack tells members from outsiders.

    told: from the highest false-positive rate that was measured to the lowest. outsiders: how many there were.
    next_fpr, next_outsiders: the next lower rate and the outsiders it needs; None where all usual ones were measured.
    """

    told: tuple[ToldAt, ...]
    auc: Share | None = None
    outsiders: int = 0
    next_fpr: float | None = None
    next_outsiders: int | None = None
    evidence: str = ""

    @property
    def strictest(self) -> ToldAt | None:
        """At the lowest false-positive rate that was measured."""
        return min(self.told, key=lambda t: t.fpr, default=None)


class CopyAt(Frozen):
    """The copy after so many queries. fidelity: how often it gives the model's class; accuracy: how often the true one.

    eur: what the queries cost; None where nobody stated a price.
    """

    queries: int
    fidelity: Share
    accuracy: Share | None = None
    eur: float | None = None


class NextAttack(Frozen):
    """What the copy is worth to evasion: the share of rightly answered inputs that turn, prepared on it alone."""

    norm: str
    eps: float
    turned: Share
    evidence: str


class Hiding(Frozen):
    """One way to ask the same queries. before: how many of them were answered before the first alarm; None where there
    was none. sent: queries in all, those that hide the theft included."""

    thief: str
    accounts: int
    before: int | None
    sent: int


class Noticed(Frozen):
    """What one detector of the query stream makes of the theft.

    accused: the share of honest accounts that raise an alarm. busy: whether an honest user with as many queries as the
    theft does; None where there were too few inputs to make one of.
    """

    detector: str
    accused: Share
    thieves: tuple[Hiding, ...] = ()
    busy: bool | None = None


class Proof(Frozen):
    """Whether the owner could tell the copy from `controls` models made without asking: p, the chance that such a model
    is as much like the model as the copy is. likeness: of the copy, and of the most alike of the others."""

    p: float
    copied: bool
    controls: int
    likeness: float
    nearest: float


class Theft(Frozen):
    """The strongest theft of the model's function. curve: by rising queries. query_eur: the price of one query.

    own: agreement of a model that its owner made without asking; None where none was made. noticed: by whom, if queries
    were watched; empty where it was not rehearsed. proof: that it was a theft; None where it was not tried.
    """

    curve: tuple[CopyAt, ...]
    query_eur: float | None = None
    own: Share | None = None
    next: tuple[NextAttack, ...] = ()
    noticed: tuple[Noticed, ...] = ()
    proof: Proof | None = None
    evidence: str = ""
