"""An act nobody can take back, on the word of one sensor that looks at a scene others arrange."""

from __future__ import annotations

from bartizan.core.contracts import Rule, RuleSpec
from bartizan.core.vocabulary import Level

from ..facts import Change, Facts


class SingleSensor(Rule):
    """Autonomous action without a tested fallback on a single sensor: what fools the sensor decides."""

    spec = RuleSpec(
        id="single_sensor",
        title="Acts by itself on a single sensor",
        summary="Autonomous action, no tested fallback, one kind of sensor.",
        because="The system acts by itself on one sensor and nothing tested catches its errors.",
    )

    def apply(self, facts: Facts) -> list[Change]:
        if facts.option("DC18") != "autonomous" or facts.option("DC31") in ("tested", "human_queue"):
            return []
        found = []
        for model in facts.models():
            met = tuple(f"DC28@{h.id}" for h in facts.hosts(model.id) if facts.is_high("DC28", h.id))
            if met:
                found.append(
                    Change(
                        rule=self.spec.id,
                        effect="impact_at_least",
                        reason=self.spec.because,
                        exposures=("DC18@system", "DC31@system", *met),
                        techniques=("E4", "H1", "H2"),
                        asset=model.id,
                        to=Level.HIGH,
                    )
                )
        return found
