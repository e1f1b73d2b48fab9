"""A tree by indices: whether who follows it from the root comes to an end."""

from __future__ import annotations

from collections.abc import Sequence


def is_endless(left: Sequence[int], right: Sequence[int]) -> bool:
    """Whether a node is met twice on the way down. Children below zero are leaves or none; all others are indices."""
    seen, pending = {0}, [0]
    while pending:
        node = pending.pop()
        for child in (left[node], right[node]):
            if child >= 0 and child in seen:
                return True
            if child >= 0:
                seen.add(child)
                pending.append(child)
    return False
