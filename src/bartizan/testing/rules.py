"""What every interaction rule promises."""

from __future__ import annotations

from bartizan.analysis.facts import Change, Facts
from bartizan.core.contracts import Rule, RuleSpec

from .say import check_spec, promise


def check_rule(cls: type[Rule], *facts: Facts) -> None:
    """The spec says why, and on each of `facts` the rule answers with changes in its own name, twice the same."""
    check_spec(cls, RuleSpec)
    promise(cls.spec.because.strip(), f"{cls.__name__}.spec.because is shown beside every cell it changes")
    sourced = cls.spec.provenance == "sourced"
    promise(not sourced or cls.spec.references, f"{cls.__name__} says it is sourced, and names no reference")
    for one in facts:
        changes = cls().apply(one)
        promise(isinstance(changes, list), f"{cls.__name__}.apply must return a list")
        for change in changes:
            promise(isinstance(change, Change), f"{cls.__name__}.apply must return a list of Change")
            promise(change.rule == cls.spec.id, f"{cls.__name__} speaks in the name of {change.rule!r}")
            promise(change.reason.strip(), f"{cls.__name__} must give a reason with every change")
        promise(cls().apply(one) == changes, f"{cls.__name__} changes its mind when asked again")
