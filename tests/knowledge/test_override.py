"""A description can judge entries otherwise; nonsense is refused in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.core.errors import UsageError
from bartizan.core.system.gates import Override
from bartizan.core.vocabulary import Level, ThreatClass
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.override import override


def test_levels_of_options_and_of_a_whole_choice(base: KnowledgeBase) -> None:
    changed = override(
        base,
        {
            "DC13": Override(options={"scores": Level.MEDIUM}),
            "DC16": Override(level=Level.LOW, options={"none": Level.MEDIUM}),
        },
    )
    assert changed.choices["DC13"].option("scores").level is Level.MEDIUM
    assert changed.choices["DC13"].option("logits").level is Level.HIGH
    assert [o.level for o in changed.choices["DC16"].options.values()] == [Level.MEDIUM, Level.LOW, Level.LOW]
    assert base.choices["DC13"].option("scores").level is Level.HIGH


def test_found_under_its_id_after_the_change(base: KnowledgeBase) -> None:
    base.get("DC13")
    changed = override(base, {"DC13": Override(options={"scores": Level.LOW})})
    assert changed.get("dc13") == changed.choices["DC13"] != base.choices["DC13"]


def test_tables_and_nested_fields(base: KnowledgeBase) -> None:
    changed = override(
        base,
        {
            "tolerance": Override(values={"rates.evasion.robust_error.high": 0.01}),
            "DF01": Override(values={"costs.train.level": "low"}),
        },
    )
    assert changed.tables.tolerance.tolerated(ThreatClass.EVASION, "robust_error", Level.HIGH) == 0.01
    assert changed.defences["DF01"].costs.train.level is Level.LOW


@pytest.mark.parametrize(
    ("id_", "change", "message"),
    [
        ("DC99", {"level": "low"}, "Did you mean"),
        ("DC13", {"options": {"score": "low"}}, "no option 'score'; did you mean 'scores'"),
        ("E2", {"options": {"scores": "low"}}, "no design choice"),
        ("E2", {"level": "low"}, "no design choice, so it has no level"),
        ("E2", {"values": {"maturity": "legendary"}}, "maturity"),
        ("E2", {"values": {"id": "E9"}}, "no field 'id'"),
        ("tolerance", {"values": {"rates.evasion.robust_error.high": 3}}, "less than or equal to 1"),
        ("AML.T0020", {"values": {"name": "x"}}, "published id"),
    ],
)
def test_nonsense_is_refused(base: KnowledgeBase, id_: str, change: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        override(base, {id_: Override.model_validate(change)})
