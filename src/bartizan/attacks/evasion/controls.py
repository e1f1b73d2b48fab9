"""Subjects on which evasion must succeed, and must fail: the truth about a linear model is known in closed form.

The margin of a linear model with weights W is (W_k − W_y)·x; the smallest change that flips it is margin / ‖W_k − W_y‖,
with the dual norm, as long as the box does not come in between.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.access import Access, Budget, Output
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Control
from bartizan.core.data import Array, Data, Roles
from bartizan.core.target import Target, TargetInfo
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

SHAPE = (1, 6, 6)
EPS = {"linf": 0.08, "l2": 0.4, "l1": 0.25, "l0": 3.0}
N = 24


class ConstantTarget(Target):
    """Answers class 0 whatever it sees: nothing can change its mind, and it has no gradient."""

    info = TargetInfo(id="constant", input_shape=SHAPE, classes=3, bounds=(0.0, 1.0), differentiable=True, digest="0")

    def scores(self, x: Array) -> Array:
        return np.tile(np.array([0.8, 0.1, 0.1], np.float32), (len(x), 1))

    def logits(self, x: Any) -> Any:
        import torch

        return torch.tensor([2.0, 0.0, 0.0]).repeat(len(x), 1)

    def weights(self) -> Any:
        import torch

        class Constant(torch.nn.Module):
            def forward(self, x: torch.Tensor) -> torch.Tensor:
                return torch.tensor([2.0, 0.0, 0.0]).repeat(len(x), 1)

        return Constant().eval()


def direction() -> NDArray[np.float64]:
    """The direction (36) that tells the two classes apart: smooth, of both signs, unlike noise."""
    i, j = np.meshgrid(np.arange(6), np.arange(6), indexing="ij")
    v = np.sin((i + 0.5) * np.pi / 3) + 0.5 * np.cos((j + 0.5) * np.pi / 6)
    return np.asarray(v.ravel() / np.linalg.norm(v))


def linear_target() -> Target:
    """Two classes on either side of a plane through the middle of the box."""
    v = direction()
    W = np.stack([-v, v], axis=1) * 3
    return LinearTarget(W, -0.5 * W.sum(axis=0), input_shape=SHAPE)


def at_distance(share: float, norm: str) -> Roles:
    """24 correctly classified examples, every one at `share` of the control's ε from the plane, far from the box."""
    v = direction()
    rng = np.random.default_rng(3)
    y = np.arange(N) % 2
    spread = rng.uniform(-0.1, 0.1, size=(N, 36))
    flat = spread - np.outer(spread @ v, v)
    side = 2 * y - 1
    flat += (side * share * _reach(norm, flat, side))[:, None] * v
    return Roles(probe=Data.of((0.5 + flat).reshape(N, *SHAPE).astype(np.float32), y.astype(np.int64)))


def _reach(norm: str, flat: NDArray[np.float64], side: NDArray[np.int64]) -> NDArray[np.float64]:
    """How far a change of ε moves along `direction`, towards the plane from `side`, N. For l0 every value has
    its own way to go to the end of the box, which it moves away from as the example does from the plane."""
    v = direction()
    if norm != "l0":
        dual = {"linf": np.abs(v).sum(), "l2": 1.0, "l1": np.abs(v).max()}[norm]
        return np.full(len(flat), EPS[norm] * dual)
    apart = np.zeros(len(flat))
    for _ in range(20):
        room = 0.5 + np.sign(v) * (side[:, None] * flat + np.outer(apart, v))
        apart = np.sort(np.abs(v) * room, axis=1)[:, -int(EPS[norm]) :].sum(axis=1)
    return np.asarray(apart)


def always_zero() -> Roles:
    """Examples of class 0, which the constant model gets right."""
    x = np.random.default_rng(4).random((N, *SHAPE), np.float32)
    return Roles(probe=Data.of(x, np.zeros(N, np.int64)))


def ball_controls(
    capability: Capability,
    *,
    norm: str = "linf",
    near: float = 0.8,
    reach: float = 0.95,
    queries: int | None = None,
    output: Output = Output(),
    **params: Any,
) -> tuple[Control, ...]:
    """Within ε: nearly all must fall (at `near` of the way to ε). Beyond ε, or a constant model: none may."""
    access = Access(capabilities=(capability,), output=output)
    budget = Budget(queries_per_example=queries)
    chosen = {"norm": norm, "eps": EPS[norm], **params}

    def control(name: str, kind: Any, target: Any, roles: Any, threshold: float) -> Control:
        return Control(name, kind, target, roles, access, budget, chosen, "robust_error", threshold)

    return (
        control(
            f"margin within reach ({norm}, {capability})",
            "positive",
            linear_target,
            lambda: at_distance(near, norm),
            reach,
        ),
        control(
            f"margin beyond reach ({norm}, {capability})",
            "negative",
            linear_target,
            lambda: at_distance(1.05, norm),
            0.0,
        ),
        control("constant model", "negative", ConstantTarget, always_zero, 0.0),
    )


def transfer_controls() -> tuple[Control, ...]:
    """A copy of the target must hand over what fools it; a copy of a model with the classes swapped must not."""

    def control(name: str, kind: Any, sign: float, threshold: float, norm: str = "linf") -> Control:
        params = {"norm": norm, "eps": EPS[norm]}
        return Control(
            name, kind, linear_target, lambda: at_distance(0.6, norm), Access(), Budget(), params,
            "robust_error", threshold, artifacts=lambda: {"surrogate": student_like_the_target(sign)},
        )  # fmt: skip

    return (
        control("surrogate that agrees (linf)", "positive", 1.0, 0.95),
        control("surrogate that agrees (l2)", "positive", 1.0, 0.95, "l2"),
        control("surrogate that sees everything the other way round", "negative", -1.0, 0.0),
    )


def student_like_the_target(sign: float) -> Artifact:
    """A student network whose logits are `sign` times those of `linear_target`, near enough."""
    from bartizan.numerics.students import build_student, distil, student_arrays

    rng = np.random.default_rng(5)
    x = (0.5 + rng.uniform(-0.4, 0.4, size=(512, 1)) * direction() * 3 + rng.uniform(-0.1, 0.1, (512, 36))).clip(0, 1)
    x = x.reshape(-1, *SHAPE).astype(np.float32)
    scores = linear_target().scores(x)
    student = build_student(SHAPE, 2, width=4, seed=0)
    distil(student, x, scores if sign > 0 else scores[:, ::-1].copy(), steps=150, seed=0)
    return Artifact("surrogate", student_arrays(student))
