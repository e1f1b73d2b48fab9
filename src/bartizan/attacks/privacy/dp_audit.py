"""A promise of differential privacy, held against what one training with canaries shows."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from bartizan.attacks.privacy.audit.controls import audit_controls
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View
from bartizan.numerics.seeds import child

FEWEST = 50


class DpAuditParams(Frozen):
    """canaries: at the most so many, from the adversary's own records."""

    canaries: int = Field(default=1000, ge=FEWEST)


class DpAudit(Attack):
    """Makes canaries of its own records by giving them wrong labels, which a model learns from them alone. The referee
    throws a coin for each, trains once, and says what ε the guesses of the coins contradict."""

    spec = AttackSpec(
        id="dp_audit",
        title="Audit of differential privacy",
        summary="Plants mislabelled records by fair coins, trains once, and bounds ε from below by how well the coins "
        "are guessed from the model.",
        references=("steinke2023",),
        family="privacy",
        threats=("D1",),
        needs=((),),
        game="poison",
        makes="canaries",
        goal="contradict the promised ε",
        harm="promise_broken",
        retrainable=True,
        retrainings=1,
        baseline=True,
        cost_hint="one training, a second one where the canaries leave no trace",
    )
    params = DpAuditParams

    def run(self, view: View, *, params: DpAuditParams, seed: int) -> Artifact:
        """Arrays: `x` and `y` of the canaries. Raises `NotApplicable` without enough records of one's own."""
        own, classes = view.auxiliary, view.info.classes
        n = min(params.canaries, len(own))
        if n < FEWEST:
            raise NotApplicable(f"{n} records of its own are too few for canaries; {FEWEST} are needed")
        rng = np.random.default_rng(child(seed, "canaries"))
        chosen = own.take(np.sort(rng.permutation(len(own))[:n]).astype(np.int64))
        wrong = (chosen.y + rng.integers(1, classes, size=n)) % classes
        return Artifact("canaries", {"x": chosen.x, "y": wrong.astype(np.int64)})

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """Where the training makes a promise, or (more than quick) a treatment may come to make one."""
        self.check(profile)
        if profile.promise is None and effort == "quick":
            raise NotApplicable("the training makes no promise of differential privacy that could be audited")
        return [Proposal(params=DpAuditParams().model_dump(mode="json"), examples=1)]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return audit_controls(DpAuditParams().model_dump(mode="json"))
