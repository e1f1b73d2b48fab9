"""An audience is only as narrow as the door that keeps the others out."""

from __future__ import annotations

from bartizan.core.contracts import Rule, RuleSpec
from bartizan.core.vocabulary import Level

from ..facts import Change, Facts

WIDER = {"internal": Level.MEDIUM, "partners": Level.HIGH}


class AnonymousCallers(Rule):
    """Without authentication, an interface is exposed as if its audience were the next wider one."""

    spec = RuleSpec(
        id="anonymous_callers",
        title="Callers who need not say who they are",
        summary="An interface that is meant for some and asks nobody.",
        because="Nobody is asked who they are, so the audience is whoever finds the way in.",
    )

    def apply(self, facts: Facts) -> list[Change]:
        return [
            Change(
                rule=self.spec.id,
                effect="level",
                reason=self.spec.because,
                exposures=(f"DC19@{interface.id}",),
                asset=model.id,
                interface=interface.id,
                to=WIDER[interface.audience],
            )
            for model, interface in facts.served()
            if interface.authentication in ("none", "unknown") and interface.audience in WIDER
        ]
