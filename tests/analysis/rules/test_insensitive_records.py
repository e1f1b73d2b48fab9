from __future__ import annotations

import pytest

from bartizan.analysis.rules.insensitive_records import InsensitiveRecords
from bartizan.core.vocabulary import Level


def test_leaks_of_insensitive_records_cost_little(fire) -> None:
    (change,) = fire(InsensitiveRecords, data={"sensitivity": "none"})
    assert (change.effect, change.to, change.techniques) == ("impact_at_most", Level.LOW, ("D1", "D2", "D3", "D4"))


@pytest.mark.parametrize("sensitivity", ["pseudonymised", "personal", "secret", "unknown"])
def test_silent_otherwise(fire, sensitivity) -> None:
    assert fire(InsensitiveRecords, data={"sensitivity": sensitivity}) == []
