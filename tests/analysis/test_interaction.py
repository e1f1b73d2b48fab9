from __future__ import annotations

from bartizan.analysis.exposure import exposures
from bartizan.analysis.interaction import interact
from bartizan.core.plugins import plugins
from bartizan.core.vocabulary import Level, Stage


def of(system, kb, stage=None):
    return interact(system, exposures(system, kb), stage)


def test_a_low_system_sets_off_no_rule(make, kb) -> None:
    assert of(make(), kb).changes == ()


def test_rules_see_the_levels_other_rules_set(make, kb) -> None:
    """An anonymous door for partners counts as public, and only then is the interface open, telling and unlimited."""
    door = {"audience": "partners", "authentication": "none", "returns": "scores", "query_budget": "none"}
    after = of(make(interface=door), kb)
    assert {c.rule for c in after.changes} == {"anonymous_callers", "open_interface"}
    row = after.facts.get("DC19", "api")
    assert row is not None
    assert row.level is Level.HIGH
    assert row.adjusted_by == ("anonymous_callers", "open_interface")
    assert "Nobody is asked who they are" in row.reason
    asked = of(make(interface={**door, "authentication": "strong"}), kb)
    assert asked.changes == ()


def test_rules_look_only_at_what_is_open_in_the_stage(make, kb) -> None:
    door = {"audience": "public", "returns": "scores", "query_budget": "none", "open_in": ["deployment"]}
    assert of(make(interface=door), kb, Stage.DEPLOYMENT).changes
    assert of(make(interface=door), kb, Stage.TRAINING).changes == ()


def test_every_rule_says_why() -> None:
    rules = [cls.spec for cls in plugins("rules").values()]
    assert len(rules) >= 10
    assert all(rule.because.endswith(".") for rule in rules)
