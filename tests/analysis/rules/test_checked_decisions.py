from __future__ import annotations

import pytest

from bartizan.analysis.rules.checked_decisions import CheckedDecisions
from bartizan.core.vocabulary import Level


@pytest.mark.parametrize(
    ("oversight", "autonomy", "fires"),
    [
        ("per_decision", "advisory", True),
        ("per_decision", "supervised", True),
        ("per_decision", "autonomous", False),
        ("per_decision", "unknown", False),
        ("sampled", "advisory", False),
        ("none", "advisory", False),
        ("unknown", "advisory", False),
    ],
)
def test_table(fire, oversight, autonomy, fires) -> None:
    changes = fire(CheckedDecisions, use={"oversight": oversight, "autonomy": autonomy})
    assert bool(changes) is fires
    for change in changes:
        assert (change.effect, change.to) == ("impact_at_most", Level.MEDIUM)
        assert not {"X1", "D1", "S1", "A1"} & set(change.techniques)
