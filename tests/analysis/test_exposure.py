from __future__ import annotations

import pytest

from bartizan.analysis.exposure import exposures
from bartizan.core.errors import UsageError
from bartizan.core.system import System
from bartizan.core.vocabulary import Level, Provenance


def by_id(system, kb):
    return {e.id: e for e in exposures(system, kb)}


def test_one_row_for_each_design_choice(make, kb) -> None:
    rows = exposures(make(), kb)
    assert sorted(e.choice for e in rows) == sorted(kb.choices)  # one item of each kind: each choice once
    assert {e.level for e in rows if e.id not in ("DC04@train", "DC32@system")} == {Level.LOW}
    assert all(e.reason and e.title and e.threats for e in rows)


def test_what_is_left_out_is_unknown_and_counts_as_high(kb) -> None:
    bare = System.model_validate(
        {"name": "Bare", "purpose": "Says nothing", "stage": "planning", "assets": {"models": [{"id": "m"}]}}
    )
    rows = exposures(bare, kb)
    assert rows
    assert {e.level for e in rows} == {Level.UNKNOWN}
    assert {e.level.rank for e in rows} == {Level.HIGH.rank}


@pytest.mark.parametrize(
    ("field", "value", "option", "level"),
    [
        ("query_budget", 50, "50", Level.LOW),
        ("query_budget", "none", "none", Level.HIGH),
        ("returns", "scores", "scores", Level.HIGH),
    ],
)
def test_level_and_option_as_described(make, kb, field, value, option, level) -> None:
    rows = {e.field: e for e in exposures(make(interface={field: value}), kb) if e.item == "api"}
    assert (rows[field].option, rows[field].level) == (option, level)


def test_a_lock_file_counts_as_pinned(make, kb) -> None:
    row = by_id(make(software={"dependencies": "requirements.lock"}), kb)["DC23@service"]
    assert (row.option, row.level) == ("requirements.lock", Level.MEDIUM)


def test_overrides_are_applied_and_marked(make, kb) -> None:
    overrides = {"DC13": {"options": {"label": "medium"}, "why": "labels are enough for our fraudsters"}}
    rows = by_id(make(overrides=overrides), kb)
    assert (rows["DC13@api"].level, rows["DC13@api"].overridden) == (Level.MEDIUM, True)
    assert rows["DC13@api"].reason == "labels are enough for our fraudsters"
    assert not rows["DC19@api"].overridden
    assert rows["DC13@api"].provenance is Provenance.JUDGED


def test_an_override_of_another_option_leaves_no_mark(make, kb) -> None:
    rows = by_id(make(overrides={"DC13": {"options": {"scores": "medium"}}}), kb)
    assert (rows["DC13@api"].level, rows["DC13@api"].overridden) == (Level.LOW, False)


@pytest.mark.parametrize("overrides", [{"DC99": {"level": "low"}}, {"DC13": {"options": {"lable": "low"}}}])
def test_an_override_of_nothing_is_said(make, kb, overrides) -> None:
    with pytest.raises(UsageError, match=r"DC99|lable"):
        exposures(make(overrides=overrides), kb)
