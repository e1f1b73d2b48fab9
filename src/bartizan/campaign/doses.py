"""What poison did by dose behind the rate of a finding, and what each dose costs by the description."""

from __future__ import annotations

from bartizan.core.artifact import Measurement
from bartizan.core.classwise import Share
from bartizan.core.dose import DoseAt, Poison, Seen
from bartizan.core.evidence import Evidence
from bartizan.core.system import DataAsset, ModelAsset
from bartizan.core.threat import Vulnerability

from .bench import Bench, Judged


def poisons(bench: Bench, v: Vulnerability, found: Judged | None) -> tuple[Poison, ...]:
    """One for each measured trial that wrote training data, the cheapest or else the smallest dose that reached its
    goal first; none where nobody did."""
    if found is None:
        return ()
    data = _data(bench, v)
    made = [p for e in found.reading.trials if (p := _poison(e, found.reading.harm, data)).doses]
    return tuple(sorted(made, key=_dear))


def _data(bench: Bench, v: Vulnerability) -> DataAsset | None:
    asset = bench.system.asset(v.asset)
    return bench.system.training_data(asset.id) if isinstance(asset, ModelAsset) else None


def _poison(e: Evidence, harm: str, data: DataAsset | None) -> Poison:
    unpriced = Poison(
        attack=e.trial.plugin,
        what="labels" if e.tries_unit == "labels" else "records",
        harm=harm,
        doses=tuple(_doses(e, harm)),
        data=data.id if data else "",
        contributing=data.contributing if data else None,
        evidence=e.id,
        seen=_seen(e),
    )
    return unpriced.model_copy(update={"doses": tuple(_priced(unpriced, d) for d in unpriced.doses)})


def _doses(e: Evidence, harm: str) -> list[DoseAt]:
    found = []
    for m in (m for m in e.measurements if m.estimand == harm and m.at.get("records")):
        goal = e.measurement("goal_reached", records=m.at["records"])
        if goal is not None:
            found.append(DoseAt(amount=int(m.at["records"]), harm=_share(m), goal=_share(goal)))
    return sorted(found, key=lambda d: d.amount)


def _seen(e: Evidence) -> Seen | None:
    altered, others = e.measurement("poison_flagged"), e.measurement("others_flagged")
    if altered is None or others is None:
        return None
    return Seen(amount=int(altered.at["records"]), altered=_share(altered), others=_share(others))


def _priced(p: Poison, d: DoseAt) -> DoseAt:
    if p.contributing is None:
        return d
    price = {"eur": p.contributing.eur(d.amount, p.what), "accounts": p.contributing.accounts(d.amount)}
    return d.model_copy(update=price)


def _dear(p: Poison) -> tuple[bool, float, int]:
    least = p.least
    if least is None:
        return True, 0.0, p.doses[-1].amount
    return False, least.eur if least.eur is not None else float("inf"), least.amount


def _share(m: Measurement) -> Share:
    return Share(value=m.value, low=m.low, high=m.high, n=m.n)
