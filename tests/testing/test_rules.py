from __future__ import annotations

from types import SimpleNamespace

import pytest

from bartizan.analysis.facts import Change
from bartizan.core.contracts import Rule, RuleSpec
from bartizan.testing import check_rule

SPEC = RuleSpec(id="calm", title="Calm", summary="Changes nothing much.", because="Nothing is the matter.")
FACTS = SimpleNamespace()


def rule(answer, spec=SPEC):
    return type("Given", (Rule,), {"spec": spec, "apply": lambda self, facts: answer()})


def test_a_good_rule_passes():
    check_rule(rule(lambda: [Change(rule="calm", effect="likelihood_up", reason="So it is.")]), FACTS)
    check_rule(rule(list), FACTS)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda: None, "must return a list"),
        (lambda: [1], "list of Change"),
        (lambda: [Change(rule="other", effect="likelihood_up", reason="x")], "in the name of 'other'"),
        (lambda: [Change(rule="calm", effect="likelihood_up", reason=" ")], "give a reason"),
    ],
)
def test_a_bad_answer(answer, sentence):
    with pytest.raises(AssertionError, match=sentence):
        check_rule(rule(answer), FACTS)


def test_a_rule_that_does_not_say_why():
    with pytest.raises(AssertionError, match="shown beside every cell"):
        check_rule(rule(list, SPEC.model_copy(update={"because": ""})))
