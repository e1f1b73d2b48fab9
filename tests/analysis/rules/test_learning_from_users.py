from __future__ import annotations

import pytest

from bartizan.analysis.rules.learning_from_users import LearningFromUsers


@pytest.mark.parametrize(
    ("learning", "origin", "fires"),
    [
        ("continual", "users", True),
        ("continual", "web", True),
        ("unknown", "crowd", True),
        ("continual", "own", False),
        ("periodic_gated", "users", False),
        ("frozen", "users", False),
    ],
)
def test_table(fire, learning, origin, fires) -> None:
    changes = fire(LearningFromUsers, model={"learning": learning}, data={"origin": origin})
    assert bool(changes) is fires
    for change in changes:
        assert (change.effect, change.techniques) == ("likelihood_up", ("P3",))
        assert change.exposures == ("DC08@reader", "DC01@train")
