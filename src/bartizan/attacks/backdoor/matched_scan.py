"""Model in hand beside models trained anew: what stands out of those that the same recipe gives."""

from __future__ import annotations

from bartizan.attacks.backdoor.controls import matched_controls
from bartizan.attacks.backdoor.holding import brought_home
from bartizan.attacks.backdoor.inhand.settings import FEWEST_CLASSES, STATING, SURE, ScanSettings
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability

HELD_OUT = 300  # probe examples on which the inverted triggers are tried
MOST_CLASSES = 20  # every class is asked about on every model, lest what is compared differ from one to the other


class MatchedScan(Attack):
    """Does what the scan of a model in hand does; the referee does the same to models it trains by the recipe."""

    spec = AttackSpec(
        id="matched_scan",
        version=2,
        title="Backdoor scan beside models trained anew",
        summary="Holds the model's margins and inverted triggers against those of models that its recipe gives.",
        references=("wang2024mmbd", "wang2019", "holm1979"),
        family="backdoor",
        threats=("B2",),
        needs=((Capability.WEIGHTS,),),
        game="poison",
        makes="inverted_triggers",
        goal="name the class a trigger leads to, and show that matched clean models have no such trigger",
        harm="flagged_classes",
        differentiable=True,
        retrainable=True,
        bounded=True,
        retrainings=STATING,
        cost_hint="20 or 59 trainings, and a scan of each model",
    )
    params = ScanSettings

    def run(self, view: View, *, params: ScanSettings, seed: int) -> Artifact:
        """Arrays as in `inhand.gather.gathered`."""
        return brought_home(view, params, seed)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """20 matched models (standard), so that 5 % can be stated; 59 and questions about pairs of classes (deep)."""
        self.check(profile)
        if effort == "quick":
            raise NotApplicable(f"{self.spec.title} trains {STATING} models; see --effort standard")
        classes = profile.classes or FEWEST_CLASSES
        if not FEWEST_CLASSES <= classes <= MOST_CLASSES:
            raise NotApplicable(
                f"the scan compares {FEWEST_CLASSES} to {MOST_CLASSES} classes, and there are {classes}"
            )
        models = STATING if effort == "standard" else SURE
        params = ScanSettings.of(effort).model_copy(update={"matched": models, "steps": 100, "most": MOST_CLASSES})
        return [Proposal(params=params.model_dump(mode="json"), examples=HELD_OUT, seconds=3600)]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        params = ScanSettings(patch=4 / 64, starts=2, climbs=40, steps=60, matched=STATING)
        return matched_controls(params.model_dump(mode="json"))
