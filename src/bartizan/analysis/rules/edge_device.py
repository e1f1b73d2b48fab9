"""Who holds the device holds the model: controls at the interface no longer matter."""

from __future__ import annotations

from bartizan.core.contracts import Rule, RuleSpec
from bartizan.core.vocabulary import Capability, Level

from ..facts import Change, Facts

HELD = (Capability.WEIGHTS, Capability.LOGITS, Capability.SCORES, Capability.LABELS, Capability.FILES)


class EdgeDevice(Rule):
    """A device in the adversary's hands makes evasion and theft white-box, whatever the interface allows."""

    spec = RuleSpec(
        id="edge_device",
        title="Device in the adversary's hands",
        summary="The model runs where an adversary can hold the device.",
        because="The device with the model on it is in the adversary's hands, so limits at the interface do not count.",
    )

    def apply(self, facts: Facts) -> list[Change]:
        found = []
        for model in facts.models():
            met = tuple(f"DC26@{h.id}" for h in facts.hosts(model.id) if facts.is_high("DC26", h.id))
            if met:
                common = {
                    "rule": self.spec.id, "reason": self.spec.because, "exposures": met,
                    "techniques": ("E1", "X2"), "asset": model.id,
                }  # fmt: skip
                found += [
                    Change.model_validate({**common, "effect": "grants", "capabilities": HELD}),
                    Change.model_validate({**common, "effect": "exposure_at_least", "to": Level.HIGH}),
                ]
        return found
