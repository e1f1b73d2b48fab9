from __future__ import annotations

from bartizan.analysis.cast import players
from bartizan.core.vocabulary import Stage

FRAUDSTER = {"id": "fraudster", "goal": "integrity", "reaches": ["api"], "budget": {"queries": 10, "days": 2}}


def test_the_default_cast_plays_where_nobody_is_described(make, kb) -> None:
    assert {p.id for p in players(make(), kb)} == set(kb.adversaries)


def test_described_adversaries_replace_it_but_for_the_worst_case(make, kb) -> None:
    fraudster, insider = players(make(adversaries=[FRAUDSTER]), kb)
    assert (fraudster.id, fraudster.queries, fraudster.days) == ("fraudster", 10, 2)
    assert fraudster.stages == set(Stage)
    assert fraudster.tries("D1")
    assert insider.id == "insider"
    assert insider.tries("E1")
    assert not insider.tries("E2")


def test_a_described_insider_is_the_only_one(make, kb) -> None:
    own = {"id": "insider", "goal": "privacy", "stages": ["training"]}
    (insider,) = players(make(adversaries=[own]), kb)
    assert insider.described is not None
    assert insider.stages == {Stage.TRAINING}
