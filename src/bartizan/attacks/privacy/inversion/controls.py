"""Subjects of which a drawn picture must show a record (every record a class of its own) and must not (another set)."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Data, Roles
from bartizan.core.target import Target
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

D, PERSONS = 100, 60


@cache
def persons() -> Roles:
    """60 records in 100 columns, each a class of its own, shuffled among 60 outsiders; the adversary owns 300."""
    rng = np.random.default_rng(8)
    data = Data.of(rng.random((2 * PERSONS + 300, D), np.float32), np.arange(2 * PERSONS + 300) % PERSONS)
    order = rng.permutation(2 * PERSONS)
    return Roles(
        probe=data.take(order), auxiliary=data.take(slice(2 * PERSONS, None)), secrets={"member": order < PERSONS}
    )


def one_record_a_class() -> Target:
    """A linear model of the members."""
    roles = persons()
    return _trained(roles.probe.take(roles.secrets["member"].astype(np.bool_)))


def trained_on_others() -> Target:
    """A linear model of as many records that are neither members nor outsiders."""
    own = persons().auxiliary
    return _trained(own.take(slice(0, PERSONS)))


def _trained(data: Data) -> Target:
    blank = LinearTarget(np.zeros((D, PERSONS)), modality="tabular")
    return blank.retrain(data.x, data.y, seed=0)


def inversion_controls(params: dict[str, Any]) -> tuple[Control, ...]:
    """Of the model of one record a class the pictures show them, of the other no more than by luck."""
    budget = Budget(queries=PERSONS * 61)

    def control(name: str, kind: Any, target: Any, what: Capability, threshold: float) -> Control:
        access = Access(capabilities=(what,))
        return Control(name, kind, target, persons, access, budget, params, "record_resemblance", threshold)

    return (
        control("one record a class", "positive", one_record_a_class, Capability.LOGITS, 0.7),
        control("one record a class, weights", "positive", one_record_a_class, Capability.WEIGHTS, 0.7),
        control("trained on others", "negative", trained_on_others, Capability.LOGITS, 0.35),
    )
