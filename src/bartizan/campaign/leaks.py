"""What was got of records and of the model, behind the rate of an exploitative finding."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bartizan.core.artifact import Measurement
from bartizan.core.classwise import Share
from bartizan.core.evidence import Evidence
from bartizan.core.leak import CopyAt, Hiding, Membership, NextAttack, Noticed, Proof, Theft, ToldAt
from bartizan.core.threat import Vulnerability
from bartizan.core.vocabulary import Outcome
from bartizan.numerics.levels import Estimate

from .bench import Bench, Judged
from .reading import LEVEL

USUAL = (0.01, 0.001, 0.0001)
OUTSIDERS = 10
"""So many outsiders must be expected above a threshold before anything is said of its false-positive rate."""


def membership(found: Judged | None) -> Membership | None:
    """Of the trial that set the rate; None where nobody told records of the training set from others.

    Lower ends leave room for the trial being the worst of several.
    """
    e = found.worst.trials[0] if found and found.reading.harm == "tpr" else None
    if e is None or found is None:
        return None
    told = sorted(_told(e, max(found.of, 1)), key=lambda t: -t.fpr)
    area = e.measurement("auc")
    lowest = min((t.fpr for t in told), default=1.0)
    lower = next((fpr for fpr in USUAL if fpr < lowest * (1 - 1e-9)), None)
    return Membership(
        told=tuple(told),
        auc=_share(area) if area else None,
        outsiders=_outsiders(e),
        next_fpr=lower,
        next_outsiders=None if lower is None else math.ceil(OUTSIDERS / lower - 1e-9),
        evidence=e.id,
    )


def _told(e: Evidence, of: int) -> Iterator[ToldAt]:
    for members in (m for m in e.measurements if m.estimand == "told_apart"):
        fpr = float(members.at["fpr"])
        realised, tpr = (e.measurement(name, fpr=fpr) for name in ("falsely_accused", "tpr"))
        if realised is not None and tpr is not None:
            yield ToldAt(fpr=fpr, members=_share(members, of), realised=_share(realised), tpr=_share(tpr, of))


def _outsiders(e: Evidence) -> int:
    return max((m.n for m in e.measurements if m.estimand == "realised_fpr"), default=0)


def theft(bench: Bench, v: Vulnerability, found: Judged | None) -> Theft | None:
    """Of the trial that set the rate; None where no copy was made."""
    if found is None or found.reading.harm != "fidelity":
        return None
    e = found.worst.trials[0]
    price, of = _price(bench, v), max(found.of, 1)
    curve = sorted(_copies(e, price, of), key=lambda c: c.queries)
    own = e.measurement("baseline_fidelity")
    made = tuple(n for other in bench.evidence.values() for n in _next(other, e))
    return Theft(
        curve=tuple(curve),
        query_eur=price,
        own=_share(own) if own else None,
        next=made,
        noticed=tuple(_noticed(e)),
        proof=_proof(e),
        evidence=e.id,
    )


def _price(bench: Bench, v: Vulnerability) -> float | None:
    return next((i.query_eur for i in bench.system.interfaces if i.id == v.interface), None)


def _copies(e: Evidence, price: float | None, of: int) -> Iterator[CopyAt]:
    for m in (m for m in e.measurements if m.estimand == "fidelity" and "queries" in m.at):
        queries = int(m.at["queries"])
        right = e.measurement("surrogate_accuracy", queries=queries)
        yield CopyAt(
            queries=queries,
            fidelity=_share(m, of),
            accuracy=_share(right) if right else None,
            eur=None if price is None else round(price * queries, 6),
        )


def _next(other: Evidence, copy: Evidence) -> Iterator[NextAttack]:
    """What evasion prepared on this copy did to the model."""
    if other.outcome is not Outcome.MEASURED or copy.trial.name not in other.trial.after:
        return
    for m in other.measurements:
        norm, eps = m.at.get("norm"), m.at.get("eps")
        if m.estimand == "attack_success" and norm is not None and isinstance(eps, int | float):
            yield NextAttack(norm=str(norm), eps=float(eps), turned=_share(m), evidence=other.id)


def _noticed(e: Evidence) -> Iterator[Noticed]:
    for m in (m for m in e.measurements if m.estimand == "honest_accused"):
        detector = str(m.at["detector"])
        busy = e.measurement("busy_accused", detector=detector)
        thieves = (t for t in e.measurements if t.estimand == "stolen_unnoticed" and t.at["detector"] == detector)
        yield Noticed(
            detector=detector,
            accused=_share(m),
            thieves=tuple(_hiding(t) for t in thieves),
            busy=None if busy is None else busy.value > 0,
        )


def _proof(e: Evidence) -> Proof | None:
    p, copy = e.measurement("ownership_p"), e.measurement("likeness", of="copy")
    nearest = e.measurement("likeness", of="nearest independent model")
    if p is None or copy is None or nearest is None:
        return None
    return Proof(p=p.value, copied=bool(p.at["copied"]), controls=p.n, likeness=copy.value, nearest=nearest.value)


def _hiding(m: Measurement) -> Hiding:
    before = int(m.at["before_alarm"])
    return Hiding(
        thief=str(m.at["thief"]),
        accounts=int(m.at["accounts"]),
        before=None if before < 0 else before,
        sent=int(m.at["sent"]),
    )


def _share(m: Measurement, of: int = 1) -> Share:
    """`of`: estimates it was picked from, for all of which the lower end leaves room."""
    low = Estimate(m.value, m.low, m.high, m.n, m.method).at(LEVEL / of)[0]
    return Share(value=m.value, low=low, high=m.high, n=m.n)
