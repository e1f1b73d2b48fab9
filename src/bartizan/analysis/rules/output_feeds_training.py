"""When what the model answered today is what it is trained on tomorrow, users write its training set."""

from __future__ import annotations

from bartizan.core.contracts import Rule, RuleSpec
from bartizan.core.vocabulary import Level

from ..facts import Change, Facts


class OutputFeedsTraining(Rule):
    """A flow from a model or its interface into its training data raises skewing through feedback."""

    spec = RuleSpec(
        id="output_feeds_training",
        title="Output feeds the next training set",
        summary="A flow leads from the model or its interface back to its training data.",
        because="What goes through the interface comes back as training data, so use can move the model.",
    )

    def apply(self, facts: Facts) -> list[Change]:
        found = []
        for model in facts.models():
            data = facts.data(model.id)
            if data and data in _downstream(facts, {model.id, *(i.id for i in facts.interfaces(model.id))}):
                common = {
                    "rule": self.spec.id, "reason": self.spec.because, "techniques": ("P3",), "asset": model.id,
                    "exposures": (f"DC08@{model.id}", f"DC01@{data}"),
                }  # fmt: skip
                found += [
                    Change.model_validate({**common, "effect": "likelihood_up"}),
                    Change.model_validate({**common, "effect": "exposure_at_least", "to": Level.HIGH}),
                ]
        return found


def _downstream(facts: Facts, start: set[str]) -> set[str]:
    """Everything that flows from `start` reach, however many steps away; the world outside passes nothing on."""
    reached: set[str] = set()
    front = set(start)
    while front:
        front = {f.to for f in facts.system.flows if f.source in front} - reached - {"outside"}
        reached |= front
    return reached
