"""A two-layer ReLU network put together from the planes its units switch on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .answers import Precise
from .planes import Plane

ROUNDS_TO = 0.2
"""How far the sign of a unit may be from either before it is left open."""


@dataclass(frozen=True)
class ReluNet:
    """x ↦ out · relu(hidden x + bias) + skip x + constant, of flat inputs N×D.

    hidden: M×D with rows of unit length; bias: M; out: Q×M; skip: Q×D, zero once all signs are known; constant: Q.
    Rows may come in any order and the size of a unit is in `out`: neither changes the function.
    """

    hidden: Precise
    bias: Precise
    out: Precise
    skip: Precise
    constant: Precise

    @classmethod
    def nothing(cls, inputs: int, outputs: int) -> ReluNet:
        """Without units, and zero everywhere."""
        none, skip = np.zeros((0, inputs)), np.zeros((outputs, inputs))
        return cls(none, np.zeros(0), np.zeros((outputs, 0)), skip, np.zeros(outputs))

    def __call__(self, x: Precise) -> Precise:
        """N×Q, in float64."""
        flat = np.asarray(x, np.float64).reshape(len(x), -1)
        return np.asarray(
            np.maximum(flat @ self.hidden.T + self.bias, 0) @ self.out.T + flat @ self.skip.T + self.constant,
            np.float64,
        )


def fitted(planes: Sequence[Plane], x: Precise, z: Precise) -> ReluNet:
    """The network whose units switch on `planes` and that is nearest to answers `z` (N×Q) for inputs `x` (N×D).

    With a unit's direction unknown, relu(u) and relu(−u) differ by u, which is linear: the linear part takes it up, and
    the function is exact without any sign.
    """
    hidden = np.stack([p.normal for p in planes]) if planes else np.zeros((0, x.shape[1]))
    bias = np.array([p.offset for p in planes])
    units = np.maximum(x @ hidden.T + bias, 0)
    centre = x.mean(axis=0)
    columns = np.concatenate([units, x - centre, np.ones((len(x), 1))], axis=1)
    size = np.linalg.norm(columns, axis=0)
    scale = np.where(size > 1e-12 * size.max(), size, 1.0)  # a unit that none of `x` wakes stays asleep
    solution = np.linalg.lstsq(columns / scale, z, rcond=None)[0] / scale[:, None]
    m = len(planes)
    skip = solution[m:-1].T
    return ReluNet(hidden, bias, solution[:m].T, skip, solution[-1] - skip @ centre)


def with_signs(net: ReluNet) -> ReluNet:
    """The same function without a linear part, by turning round the units that make it up: skip = −Σ out_j hidden_jᵀ
    over these. As it was where no such choice makes it up (units that are never seen to switch are in it)."""
    if not len(net.hidden):
        return net
    gram = (net.out.T @ net.out) * (net.hidden @ net.hidden.T)
    right = -np.einsum("qm,qd,md->m", net.out, net.skip, net.hidden)
    share = np.linalg.lstsq(gram, right, rcond=1e-12)[0]
    turn = np.round(share).clip(0, 1)
    rest = net.skip + (net.out * turn) @ net.hidden
    size = max(float(np.linalg.norm(net.skip)), 1e-12)
    if np.abs(share - turn).max() > ROUNDS_TO or float(np.linalg.norm(rest)) > 0.01 * size:
        return net
    flip = np.where(turn == 1, -1.0, 1.0)
    return replace(
        net, hidden=net.hidden * flip[:, None], bias=net.bias * flip, skip=np.zeros_like(net.skip),
        constant=net.constant + net.out @ (turn * net.bias),
    )  # fmt: skip
