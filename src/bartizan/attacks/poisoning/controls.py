"""Subjects on which wrong labels must hurt (a model that believes them) and cannot (one that ignores them)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.target import Target
from bartizan.core.vocabulary import Capability
from bartizan.numerics.kernel import KernelTarget
from bartizan.numerics.linear import LinearTarget

D, K = 4, 2
SHAPE = (1, 8, 8)


class DeafTarget(LinearTarget):
    """Its training returns the model it already has."""

    def retrain(self, x: Array, y: Labels, *, seed: int) -> LinearTarget:
        return self


def two_classes() -> Roles:
    """Two clouds in the unit cube, apart but touching: 300 probes, 400 training records."""
    rng = np.random.default_rng(17)
    y = rng.integers(K, size=700)
    x = np.clip(0.5 + 0.15 * (2 * y[:, None] - 1) + 0.15 * rng.standard_normal((700, D)), 0, 1)
    data = Data.of(x.astype(np.float32), y)
    return Roles(probe=data.take(slice(0, 300)), writable=data.take(slice(300, None)))


def trusting() -> Target:
    """Ridge regression fitted to the clean training records; it will be fitted to the poisoned ones."""
    clean = two_classes().writable
    return LinearTarget(np.zeros((D, K), np.float32)).retrain(clean.x, clean.y, seed=0)


def deaf() -> Target:
    """The same model, never to be changed."""
    model = trusting()
    assert isinstance(model, LinearTarget)
    return DeafTarget(model.W, model.b)


def three_groups() -> Roles:
    """Small images in three groups, one a class, each bright in other rows: 300 probes, 400 training records."""
    rng = np.random.default_rng(19)
    y = rng.integers(3, size=700)
    x = 0.35 + 0.1 * rng.standard_normal((700, *SHAPE))
    x[:, 0] += 0.25 * (np.arange(8)[None, :, None] // 3 == y[:, None, None])
    data = Data.of(np.clip(x, 0, 1).astype(np.float32), y)
    return Roles(probe=data.take(slice(0, 300)), writable=data.take(slice(300, None)))


def remembering() -> Target:
    """Kernel regression on the clean images, which learns the records wherever they lie."""
    clean = three_groups().writable
    return KernelTarget(clean.x, clean.y, 3)


def believing() -> Target:
    """Ridge regression on the clean images."""
    clean = three_groups().writable
    return LinearTarget(np.zeros((64, 3), np.float32), input_shape=SHAPE).retrain(clean.x, clean.y, seed=0)


def unmoved() -> Target:
    """The same, never to be changed."""
    model = believing()
    assert isinstance(model, LinearTarget)
    return DeafTarget(model.W, model.b, input_shape=SHAPE)


def aimed_controls(params: dict[str, Any], records: int) -> tuple[Control, ...]:
    """A model that remembers its records must lose the group they speak of, and only that."""
    return _pair("remembers its data", remembering, params, records)


def clean_label_controls(params: dict[str, Any]) -> tuple[Control, ...]:
    """A linear model that is fitted to misleading records must fail on clean ones."""
    return _pair("believes its data", believing, params, 400)


def matching_controls(params: dict[str, Any]) -> tuple[Control, ...]:
    """Where the change may be as large as it likes, the victim must fall."""
    return _pair("remembers its data", remembering, params, 100)


def _pair(name: str, positive: Callable[[], Target], params: dict[str, Any], records: int) -> tuple[Control, ...]:
    access, budget = Access(capabilities=(Capability.DATA_WRITE,)), Budget(records=records)
    return (
        Control(name, "positive", positive, three_groups, access, budget, params, "goal_reached", 1.0),
        Control("never retrained", "negative", unmoved, three_groups, access, budget, params, "goal_reached", 0.0),
    )


def poisoning_controls(params: dict[str, Any]) -> tuple[Control, ...]:
    """Most labels wrong must break a model that believes them, and cannot break one that does not listen."""
    access, budget = Access(capabilities=(Capability.DATA_WRITE,)), Budget(records=300)
    return (
        Control("believes its labels", "positive", trusting, two_classes, access, budget, params, "goal_reached", 1.0),
        Control("never retrained", "negative", deaf, two_classes, access, budget, params, "goal_reached", 0.0),
    )
