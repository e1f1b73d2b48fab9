"""A model that keeps learning from records its own users write can be steered by using it."""

from __future__ import annotations

from bartizan.core.contracts import Rule, RuleSpec

from ..facts import Change, Facts


class LearningFromUsers(Rule):
    """Continual learning × data from outsiders raises skewing through feedback."""

    spec = RuleSpec(
        id="learning_from_users",
        title="Learns on from what outsiders write",
        summary="Continual learning on records of users, crowds or the web.",
        because="The model goes on learning from records that outsiders write, so steady use can move it.",
    )

    def apply(self, facts: Facts) -> list[Change]:
        return [
            Change(
                rule=self.spec.id,
                effect="likelihood_up",
                reason=self.spec.because,
                exposures=(f"DC08@{model.id}", f"DC01@{data}"),
                techniques=("P3",),
                asset=model.id,
            )
            for model in facts.models()
            if (data := facts.data(model.id)) and facts.is_high("DC08", model.id) and facts.is_high("DC01", data)
        ]
