"""The referee of certifiers: tries to break what was proven, and counts only what stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bartizan.certifiers.by_vote import refuted, trained_together
from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.contracts import Family, PluginSpec, Referee
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.target import Target
from bartizan.numerics.intervals import clopper_pearson

Bits = NDArray[np.bool_]
Sizes = NDArray[np.float64]

BATCH = 256
RANDOM_POINTS = 4
RANDOM_CORNERS = 4
INSIDE = 1 - 1e-6  # keeps float32 rounding of x + δ from leaving the ball
CERTIFIED, WRONG = 1, 2
EXACT = "Clopper–Pearson 95 %"
BELIEVED = (
    f"; the certifier's word, unrefuted by {RANDOM_POINTS} random points and {RANDOM_CORNERS} corners of each region, "
    "and by the corner its gradient points to where there is one"
)
BY_VOTE = (
    "; the certifier's word, unrefuted by moving as many voters as records, and by training once with and once without "
    "the largest number of poisoned records"
)
Broken = Callable[[Sizes], Bits]


class CertifierReferee(Referee):
    """Certified ≤ true ≤ attacked. For every certified example it asks the running model about random points and
    corners of the certified box, and the corner the gradient points to; of votes it moves voters, and poisons records
    in fact. One other answer and the certificate is void and the bracket flagged as inverted. This can refute a
    certificate, and never prove one: what stands is the certifier's word, which so few tries have not contradicted, and
    `method` says so."""

    spec = PluginSpec(
        id="certifiers",
        title="Referee of certifiers",
        version=2,
        summary="Certified share at each ε with exact intervals, after trying to refute every single certificate.",
        references=("clopper1934",),
    )
    family: ClassVar[Family] = "certifiers"

    def measure(self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
        assert subject is not None, "a certificate speaks of a model"
        probe, norm = roles.probe, str(params.norm)
        right = labels(subject, probe.x) == probe.y
        eps = np.asarray(artifact.arrays["eps"], np.float64)
        broken_at, unrefuted = self._ways(subject, roles, norm, eps, seed)
        proven = (np.asarray(artifact.arrays["verdict"]) == CERTIFIED) & right[:, None]
        radius = np.where(right, np.asarray(artifact.arrays["certified_eps"], np.float64), 0.0)
        broken = np.stack([broken_at(e * proven[:, g]) for g, e in enumerate(eps)], axis=1)
        void = broken_at(radius)
        stands, radius = proven & ~broken, np.where(void, 0.0, radius)
        return Measured(
            measurements=(
                *_shares(stands, right, eps, norm, EXACT + unrefuted),
                _share("clean_error", ~right, {}),
                _median(radius, norm, unrefuted),
            ),
            arrays={"certified_size": radius, "verdict": _verdict(stands, right), "eps": eps},
            flags=_flags(int(broken.sum()) + int(void.sum())),
            size_unit=norm,
        )

    def _ways(self, subject: Target, roles: Roles, norm: str, eps: Sizes, seed: int) -> tuple[Broken, str]:
        """How certificates in this norm are refuted, and what to say of those that were not."""
        if norm != "records":
            return lambda radius: self._broken(subject, roles.probe, radius, seed), BELIEVED
        together = trained_together(subject, roles, int(eps.max()), seed)
        return lambda radius: refuted(subject, roles, radius, together), BY_VOTE

    def _broken(self, subject: Target, probe: Data, radius: Sizes, seed: int) -> Bits:
        """Which examples are answered otherwise somewhere within their own radius (0: not asked)."""
        broken = np.zeros(len(probe), np.bool_)
        asked = np.flatnonzero(radius > 0)
        if not len(asked):
            return broken
        for points in _points(subject, probe.take(asked), radius[asked], seed):
            broken[asked] |= labels(subject, points) != probe.y[asked]
        return broken


def labels(subject: Target, x: Array) -> Labels:
    """The subject's answers, in bounded batches."""
    parts = [subject.labels(x[i : i + BATCH]) for i in range(0, len(x), BATCH)]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _points(subject: Target, data: Data, radius: Sizes, seed: int) -> Iterator[Array]:
    """Points of the L∞ ball of `radius[i]` around each example, cut to the bounds."""
    rng = np.random.default_rng([seed, 77])
    scale = (INSIDE * radius).reshape(-1, *[1] * (data.x.ndim - 1))
    low, high = subject.info.bounds or (-np.inf, np.inf)

    def at(direction: NDArray[np.floating[Any]]) -> Array:
        return np.asarray(np.clip(data.x + scale * direction, low, high), np.float32)

    for _ in range(RANDOM_POINTS):
        yield at(rng.uniform(-1, 1, data.x.shape))
    for _ in range(RANDOM_CORNERS):
        yield at(rng.choice([-1.0, 1.0], data.x.shape))
    if subject.info.differentiable:
        yield at(np.sign(_gradient(subject, data)))


def _gradient(subject: Target, data: Data) -> Array:
    """The gradient of the cross-entropy, in bounded batches."""
    import torch
    from torch.nn import functional as F

    parts = []
    for i in range(0, len(data), BATCH):
        x = torch.from_numpy(data.x[i : i + BATCH].copy()).requires_grad_(True)
        loss = F.cross_entropy(subject.logits(x), torch.from_numpy(data.y[i : i + BATCH]), reduction="sum")
        parts.append(torch.autograd.grad(loss, x)[0].numpy())
    return np.concatenate(parts)


def _shares(stands: Bits, right: Bits, eps: Sizes, norm: str, method: str) -> Iterator[Measurement]:
    for g, e in enumerate(eps):
        at: dict[str, float | int | str] = {"norm": norm, "eps": float(e)}
        yield _share("certified_share", stands[:, g], at, method)
        yield _share("uncertified_share", ~stands[:, g], at, method)
        yield _share("undecided_share", right & ~stands[:, g], at, method)


def _share(estimand: str, hits: Bits, at: dict[str, float | int | str], method: str = EXACT) -> Measurement:
    k, n = int(hits.sum()), len(hits)
    low, high = clopper_pearson(k, n)
    value = k / n if n else 0.0
    return Measurement(estimand=estimand, unit="example", n=n, method=method, value=value, low=low, high=high, at=at)


def _median(radius: Sizes, norm: str, unrefuted: str) -> Measurement:
    """The median certified ε with the exact interval between two order statistics (wrong answers count as 0)."""
    from scipy.special import bdtr

    n, ordered = len(radius), np.sort(radius)
    skipped = int((bdtr(np.arange(n), n, 0.5) <= 0.025).sum()) if n else 0
    low, high = (ordered[skipped - 1], ordered[n - skipped]) if skipped else (0.0, ordered[-1] if n else 0.0)
    return Measurement(
        estimand="median_certified_eps",
        unit="example",
        n=n,
        method=f"order statistics, 95 %{unrefuted}",
        value=float(np.median(radius)) if n else 0.0,
        low=float(low),
        high=float(high),
        at={"norm": norm},
    )


def _verdict(stands: Bits, right: Bits) -> NDArray[np.int8]:
    return np.where(stands, CERTIFIED, np.where(right[:, None], 0, WRONG)).astype(np.int8)


def _flags(broken: int) -> tuple[Flag, ...]:
    if not broken:
        return ()
    return (Flag(id="inverted_bracket", detail=f"{broken} certificates were refuted by inputs within them"),)
