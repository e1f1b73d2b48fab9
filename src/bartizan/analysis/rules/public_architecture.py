"""Transfer needs no queries: with a known architecture, rounding and rate limits are no help against it."""

from __future__ import annotations

from bartizan.core.contracts import Rule, RuleSpec
from bartizan.core.vocabulary import Capability, Level

from ..facts import Change, Facts

SHADOW = ("E3", "X1", "D1", "D2", "D3", "D4")


class PublicArchitecture(Rule):
    """A public architecture keeps transfer high whatever the interface hides, and lets anyone train relatives."""

    spec = RuleSpec(
        id="public_architecture",
        title="Public architecture",
        summary="An architecture anybody can rebuild.",
        because="A relative of the model can be trained at home, so limits at the interface do not lower transfer.",
    )

    def apply(self, facts: Facts) -> list[Change]:
        found = []
        for model in facts.models():
            if facts.is_high("DC11", model.id):
                met = (f"DC11@{model.id}",)
                found += [
                    Change(
                        rule=self.spec.id, effect="exposure_at_least", reason=self.spec.because, exposures=met,
                        techniques=("E3",), asset=model.id, to=Level.HIGH,
                    ),
                    Change(
                        rule=self.spec.id, effect="grants", exposures=met, techniques=SHADOW, asset=model.id,
                        reason="The architecture is known, so anyone can train models of the same kind.",
                        capabilities=(Capability.RECIPE,),
                    ),
                ]  # fmt: skip
        return found
