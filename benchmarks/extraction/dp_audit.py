"""Audits of trainings whose ε is known: how near they come, whether they stay below it, and which faults they catch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bartizan.attacks.privacy import DpAudit, audit_dp, audit_dp_scores
from bartizan.attacks.privacy.audit.mechanisms import FAULTS, DpSgd, own_directions
from bartizan.numerics.trade_off import gaussian_epsilon

from .rows import record

DELTA = 1e-5
Audit = Callable[[int], DpAudit]
CASES = {"full batches": DpSgd(steps=20, noise=4.0), "sampled batches": DpSgd(steps=200, noise=1.5, rate=0.1)}


def run(*, runs: int = 40, only: str = "", **other_jobs: Any) -> None:
    """One row a mechanism, over `runs` seeds."""
    for name, key, truth, audit in _jobs():
        if only in name:
            record("audit", {"name": name, **key, "delta": DELTA}, _summary([audit(s) for s in range(runs)], truth))


def _jobs() -> Iterator[tuple[str, dict[str, Any], float, Audit]]:
    for mu in (0.5, 1.0, 2.0, 4.0):
        for canaries in (1000, 10_000):
            key = {"mu": mu, "canaries": canaries}
            yield "gaussian mechanism", key, gaussian_epsilon(mu, DELTA), _released(mu, canaries)
    yield "null", {"canaries": 1000}, 0.0, _released(0.0, 1000)
    for name, train in CASES.items():
        truth = true_epsilon(train)
        yield f"dp-sgd, {name}", {"canaries": 1000}, truth, _trained(train, truth)
        for fault in FAULTS:
            broken = DpSgd(steps=train.steps, noise=2.5 * train.noise, rate=train.rate, fault=fault)
            promise = true_epsilon(broken)
            yield f"dp-sgd, {name}, {fault}", {"canaries": 1000}, promise, _trained(broken, promise)


def _released(mu: float, canaries: int) -> Audit:
    """Each coin published with Gaussian noise of spread 1/μ."""

    def audit(seed: int) -> DpAudit:
        rng = np.random.default_rng(seed)
        coins = rng.random(canaries) < 0.5
        return audit_dp_scores(mu * coins + rng.normal(size=canaries), coins, delta=DELTA, seed=seed)

    return audit


def _trained(train: DpSgd, promise: float) -> Audit:
    def audit(seed: int) -> DpAudit:
        planted = own_directions(100, 1000, seed=seed)
        return audit_dp(train, *planted, delta=DELTA, claimed_epsilon=promise, seed=seed)

    return audit


def true_epsilon(train: DpSgd) -> float:
    """ε at δ of the faultless training, by privacy-loss distributions where batches are sampled."""
    if train.rate == 1:
        return gaussian_epsilon(train.mu, DELTA)
    from dp_accounting import dp_event
    from dp_accounting.pld import PLDAccountant

    accountant = PLDAccountant()
    step = dp_event.PoissonSampledDpEvent(train.rate, dp_event.GaussianDpEvent(train.noise))
    accountant.compose(dp_event.SelfComposedDpEvent(step, train.steps))
    return float(accountant.get_epsilon(DELTA))


def _summary(audits: list[DpAudit], truth: float) -> dict[str, Any]:
    plain = np.array([a.epsilon for a in audits])
    curve = np.array([a.gaussian_epsilon for a in audits])
    return {
        "runs": len(audits), "true_epsilon": round(truth, 3),
        "epsilon": round(float(plain.mean()), 3), "gaussian_epsilon": round(float(curve.mean()), 3),
        "share_of_truth": round(float(plain.mean() / truth), 3) if truth else None,
        "gaussian_share_of_truth": round(float(curve.mean() / truth), 3) if truth else None,
        "above_truth": int((plain > truth).sum()), "gaussian_above_truth": int((curve > truth).sum()),
        "ceiling": round(float(np.mean([a.ceiling for a in audits])), 3),
    }  # fmt: skip
