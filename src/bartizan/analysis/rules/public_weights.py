"""What is published cannot be stolen, and what is published can be followed by its gradients."""

from __future__ import annotations

from bartizan.core.contracts import Rule, RuleSpec
from bartizan.core.vocabulary import Capability, Level

from ..facts import Change, Facts

HELD = (Capability.WEIGHTS, Capability.LOGITS, Capability.SCORES, Capability.LABELS)


class PublicWeights(Rule):
    """Published weights: extraction and theft do not apply; white-box evasion is open to everyone."""

    spec = RuleSpec(
        id="public_weights",
        title="Public weights",
        summary="The model itself is published.",
        because="The weights are public: there is nothing to steal, and everybody is a white-box adversary.",
    )

    def apply(self, facts: Facts) -> list[Change]:
        found = []
        for model in facts.models():
            if model.open_to == "public" and facts.is_open(model):
                common = {"rule": self.spec.id, "reason": self.spec.because, "asset": model.id}
                evasion = {**common, "techniques": ("E1",)}
                white_box = ("E1", "E3", "D1", "D2", "D3", "D4")
                found += [
                    Change.model_validate({**common, "effect": "not_applicable", "techniques": ("X1", "X2")}),
                    Change.model_validate({**evasion, "effect": "exposure_at_least", "to": Level.HIGH}),
                    Change.model_validate(
                        {**common, "effect": "grants", "techniques": white_box, "capabilities": HELD}
                    ),
                ]
        return found
