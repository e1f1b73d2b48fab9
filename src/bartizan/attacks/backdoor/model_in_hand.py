"""Model in hand: the classes that inputs are pushed to furthest, and the triggers that would push them there."""

from __future__ import annotations

from bartizan.attacks.backdoor.controls import scan_controls
from bartizan.attacks.backdoor.holding import brought_home
from bartizan.attacks.backdoor.inhand.settings import FEWEST_CLASSES, ScanSettings
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability

HELD_OUT = 300  # probe examples on which the inverted triggers are tried


class ModelInHand(Attack):
    """Climbs to each class's most confident input, and inverts patches, faint patterns and warps with clean samples."""

    spec = AttackSpec(
        id="model_in_hand",
        version=3,
        title="Backdoor scan of a model in hand",
        summary="Inverts triggers towards every class, tries them on held-out inputs, names what stands out.",
        references=("wang2024mmbd", "wang2019", "holm1979"),
        family="backdoor",
        threats=("B2", "B1"),
        needs=((Capability.LOGITS,), (Capability.WEIGHTS,)),
        game="probe",
        makes="inverted_triggers",
        goal="name the class a trigger leads to, and show the trigger",
        harm="flagged_classes",
        differentiable=True,
        bounded=True,
        cost_hint="classes × (starts × climbs + 3 × steps × batch) forward and backward passes, and 2 students taught",
    )
    params = ScanSettings

    def run(self, view: View, *, params: ScanSettings, seed: int) -> Artifact:
        """Arrays as in `inhand.gather.gathered`; margins alone with fewer than 100 clean samples, or few queries."""
        return brought_home(view, params, seed)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """As `ScanSettings.of`, without pairs; tried on 300 held-out examples."""
        self.check(profile)
        if profile.classes is not None and profile.classes < FEWEST_CLASSES:
            raise NotApplicable(f"the scan compares classes with each other and needs at least {FEWEST_CLASSES}")
        params = ScanSettings.of(effort).model_copy(update={"pairs": False})
        return [Proposal(params=params.model_dump(mode="json"), examples=HELD_OUT)]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        params = ScanSettings(patch=2 / 64, starts=2, climbs=40, steps=60, tables=True)
        return scan_controls(params.model_dump(mode="json"))
