"""Every attack, hazard, scanner and certifier keeps the contract, whoever wrote it."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.core.plugins import plugins
from bartizan.knowledge.load import load
from bartizan.testing import check_attack
from bartizan.testing.controls import play

pytest.importorskip("torch")

EVERY = [cls for kind in ("attacks", "hazards", "scanners", "certifiers") for cls in plugins(kind).values()]


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.spec.id)
def test_keeps_the_contract(cls: Any) -> None:
    check_attack(cls, imports=False)


@pytest.mark.parametrize("cls", [c for c in EVERY if c.spec.family != "certifiers"], ids=lambda cls: cls.spec.id)
def test_what_it_is_judged_by_is_what_the_tables_speak_of(cls: Any) -> None:
    """Its harm has a tolerance in the class of each of its threats, the referee measures it, and its tries are counted
    in a unit that has levels of effort."""
    base, spec = load(), cls.spec
    for threat in spec.threats:
        assert spec.harm in base.tables.tolerance.rates[base.threats[threat].threat_class], threat
    measured = play(cls, next(c for c in cls.controls() if c.kind == "positive")).measured
    assert spec.harm in {m.estimand for m in measured.measurements}
    assert measured.tries_unit in {"", *base.tables.effort.units}
