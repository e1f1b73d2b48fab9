"""A backdoor that came with a foreign model does not go away because one's own data are clean and signed."""

from __future__ import annotations

from bartizan.core.contracts import Rule, RuleSpec
from bartizan.core.vocabulary import Level

from ..facts import Change, Facts


class ThirdPartyModel(Rule):
    """Well-kept data do not lower the exposure of a third party's model to supplied backdoors."""

    spec = RuleSpec(
        id="third_party_model",
        title="Third party's model",
        summary="A foreign base model under well-kept data.",
        because="The base model is foreign; care with one's own data and code does not look inside its weights.",
    )

    def apply(self, facts: Facts) -> list[Change]:
        found = []
        for model in facts.models():
            data = facts.data(model.id)
            if facts.is_high("DC10", model.id) and data and facts.is_low("DC06", data):
                found.append(
                    Change(
                        rule=self.spec.id,
                        effect="exposure_at_least",
                        reason=self.spec.because,
                        exposures=(f"DC10@{model.id}", f"DC06@{data}"),
                        techniques=("B2",),
                        asset=model.id,
                        to=Level.HIGH,
                    )
                )
        return found
