from __future__ import annotations

import pytest

from bartizan.analysis.rules.single_sensor import SingleSensor
from bartizan.core.vocabulary import Level


@pytest.mark.parametrize(
    ("autonomy", "sensors", "fallback", "fires"),
    [
        ("autonomous", "single", "none", True),
        ("autonomous", "single", "untested", True),
        ("autonomous", "unknown", "none", True),
        ("autonomous", "single", "tested", False),
        ("autonomous", "multi_modal", "none", False),
        ("autonomous", "none", "none", False),
        ("supervised", "single", "none", False),
    ],
)
def test_table(fire, autonomy, sensors, fallback, fires) -> None:
    use = {"autonomy": autonomy, "fallback": fallback}
    changes = fire(SingleSensor, use=use, hardware={"sensors": sensors})
    assert bool(changes) is fires
    for change in changes:
        assert (change.effect, change.to, change.techniques) == ("impact_at_least", Level.HIGH, ("E4", "H1", "H2"))
