"""A person who checks each decision of a system that does not act by itself keeps a wrong answer from being an act."""

from __future__ import annotations

from bartizan.core.contracts import Rule, RuleSpec
from bartizan.core.vocabulary import Level

from ..facts import Change, Facts

WRONG_ANSWERS = ("E1", "E2", "E3", "E4", "P1", "P2", "P3", "B1", "B2", "B3", "H1", "H2", "H3", "H4", "H5")


class CheckedDecisions(Rule):
    """Oversight of every decision caps what a wrong answer costs, unless the system acts by itself."""

    spec = RuleSpec(
        id="checked_decisions",
        title="Every decision is checked",
        summary="A person looks at every answer before it has consequences.",
        because="A person checks each decision before it takes effect, which caps what one wrong answer costs.",
    )

    def apply(self, facts: Facts) -> list[Change]:
        if facts.option("DC32") != "per_decision" or facts.option("DC18") not in ("advisory", "supervised"):
            return []
        return [
            Change(
                rule=self.spec.id,
                effect="impact_at_most",
                reason=self.spec.because,
                exposures=("DC32@system", "DC18@system"),
                techniques=WRONG_ANSWERS,
                asset=model.id,
                to=Level.MEDIUM,
            )
            for model in facts.models()
        ]
