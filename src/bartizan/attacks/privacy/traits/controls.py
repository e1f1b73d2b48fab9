"""Subjects that give a withheld column away (one knows its records by heart) and cannot (one never looks at it)."""

from __future__ import annotations

from functools import cache, partial
from typing import Any, Literal

import numpy as np

from bartizan.attacks.privacy.controls import D, Memoriser
from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Array, Data, Feature, Labels, Roles
from bartizan.core.target import Target
from bartizan.core.vocabulary import Capability

COLUMN = "trait"
CLASSES = 20
MEMBERS, OWN = 200, 400


@cache
def strangers() -> Roles:
    """Random records whose first column, of two values, nothing else tells: 200 members and 200 outsiders in any order,
    the column withheld, and 400 of the adversary's own."""
    rng = np.random.default_rng(5)
    n = 2 * MEMBERS + OWN
    x = rng.random((n, D), np.float32)
    x[:, 0] = rng.integers(2, size=n)
    names = (Feature(name=COLUMN, type="binary"), *(Feature(name=f"f{i}") for i in range(1, D)))
    data = Data.of(x, rng.integers(CLASSES, size=n), names)
    probe, member = data.take(slice(0, 2 * MEMBERS)), np.repeat([True, False], MEMBERS)[rng.permutation(2 * MEMBERS)]
    hidden = probe.copy()
    hidden.x[:, 0] = 0
    return Roles(
        probe=hidden, auxiliary=data.take(slice(2 * MEMBERS, None)),
        secrets={"member": member, "column": probe.x[:, 0]},
    )  # fmt: skip


class Blind(Target):
    """Another model that is shown a constant in the first column."""

    def __init__(self, inner: Target) -> None:
        self.inner, self.info = inner, inner.info.model_copy(update={"id": "blind", "digest": "blind"})

    def scores(self, x: Array) -> Array:
        return self.inner.scores(_blinded(x))

    def retrain(self, x: Array, y: Labels, *, seed: int) -> Target:
        return Blind(self.inner.retrain(_blinded(x), y, seed=seed))


def _blinded(x: Array) -> Array:
    shown = x.copy()
    shown[:, 0] = 0
    return shown


def subject(*, blind: bool) -> Target:
    """A memoriser of the members among `strangers`, with or without their first column."""
    roles = strangers()
    member = roles.secrets["member"].astype(np.bool_)
    x, y = roles.probe.x[member].copy(), roles.probe.y[member]
    if blind:
        return Blind(Memoriser(x, y, CLASSES))
    x[:, 0] = roles.secrets["column"][member]
    return Memoriser(x, y, CLASSES)


def attribute_controls(params: dict[str, Any]) -> tuple[Control, ...]:
    """Of what the memoriser holds at least 30 % more must be told than is guessed, of the blind one at most 12 %."""
    scores, labels, recipe = (Capability.SCORES,), (Capability.LABELS,), (Capability.SCORES, Capability.RECIPE)
    budget = Budget(queries_per_example=2, queries=4 * MEMBERS)

    def control(name: str, kind: Literal["positive", "negative"], needs: tuple[Capability, ...]) -> Control:
        target = partial(subject, blind=kind == "negative")
        at = 0.12 if kind == "negative" else 0.3
        return Control(name, kind, target, strangers, Access(capabilities=needs), budget, params, "attribute_gain", at)

    return (
        control("memoriser, recipe known", "positive", recipe),
        control("memoriser", "positive", scores),
        control("memoriser, labels", "positive", labels),
        control("blind to the column", "negative", scores),
        control("blind to the column, recipe known", "negative", recipe),
    )
