"""Telling answers, an open door and no limit: each alone is a nuisance, together they make query attacks cheap."""

from __future__ import annotations

from bartizan.core.contracts import Rule, RuleSpec

from ..facts import Change, Facts

MEETING = ("DC13", "DC19", "DC20")


class OpenInterface(Rule):
    """Full answers × public audience × no query budget raises query evasion, extraction and membership inference."""

    spec = RuleSpec(
        id="open_interface",
        title="Open, telling and unlimited interface",
        summary="An interface that tells all, is open to all and counts nothing.",
        because="Whoever asks gets full answers, as often as they like.",
    )

    def apply(self, facts: Facts) -> list[Change]:
        return [
            Change(
                rule=self.spec.id,
                effect="likelihood_up",
                reason=f"{self.spec.because} ({interface.id})",
                exposures=tuple(f"{choice}@{interface.id}" for choice in MEETING),
                techniques=("E2", "X1", "D1"),
                asset=model.id,
                interface=interface.id,
            )
            for model, interface in facts.served()
            if all(facts.is_high(choice, interface.id) for choice in MEETING)
        ]
