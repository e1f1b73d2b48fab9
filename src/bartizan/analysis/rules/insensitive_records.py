"""Telling who was in the data harms nobody when the records say nothing about anyone."""

from __future__ import annotations

from bartizan.core.contracts import Rule, RuleSpec
from bartizan.core.vocabulary import Level

from ..facts import Change, Facts


class InsensitiveRecords(Rule):
    """Records that are not sensitive cap the impact of every leak of data."""

    spec = RuleSpec(
        id="insensitive_records",
        title="Records that are not sensitive",
        summary="Training records say nothing about anyone.",
        because="The records are not sensitive, so learning one of them, or who is among them, costs little.",
        references=("aiexchange",),
    )

    def apply(self, facts: Facts) -> list[Change]:
        return [
            Change(
                rule=self.spec.id,
                effect="impact_at_most",
                reason=self.spec.because,
                exposures=(f"DC04@{data}",),
                techniques=("D1", "D2", "D3", "D4"),
                asset=model.id,
                to=Level.LOW,
            )
            for model in facts.models()
            if (data := facts.data(model.id)) and facts.is_low("DC04", data)
        ]
