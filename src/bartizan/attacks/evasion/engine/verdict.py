"""What the flags of a search amount to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bartizan.core.artifact import Flag

Reliability = Literal["reliable", "suspicious", "unreliable"]

UNRELIABLE = frozenset({"zero_gradients", "unbounded_not_total", "nondeterministic_model", "noise_beats_attack"})
"""Flags after which the number says more about the attack than about the model."""
INFORMATIVE = frozenset({"softmax_output", "lost_in_8_bits", "remedied"})
"""Flags about something the search has already dealt with."""


def reliability(flags: Iterable[Flag]) -> Reliability:
    """`unreliable` with any flag of that kind, `suspicious` with any other doubt, else `reliable`."""
    ids = {f.id for f in flags} - INFORMATIVE
    if ids & UNRELIABLE:
        return "unreliable"
    return "suspicious" if ids else "reliable"
