"""Model in hand: the classes that inputs are pushed to furthest, and the triggers that would push them there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.backdoor.controls import scan_controls
from bartizan.attacks.backdoor.inhand.settings import FEWEST_CLASSES, FEWEST_CLEAN, ScanSettings
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.errors import BudgetSpent
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability

if TYPE_CHECKING:
    import torch

Arrays = dict[str, NDArray[np.generic]]
HELD_OUT = 300  # probe examples on which the inverted triggers are tried


class ModelInHand(Attack):
    """Climbs to each class's most confident input, and inverts patches, faint patterns and warps with clean samples."""

    spec = AttackSpec(
        id="model_in_hand",
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
        cost_hint="classes × (starts × climbs + 3 × steps × batch) forward and backward passes",
    )
    params = ScanSettings

    def run(self, view: View, *, params: ScanSettings, seed: int) -> Artifact:
        """Arrays: `margin_inputs` ((K·starts)×…), `margin_class` (which class each was pushed to), `asked` (the
        classes asked about, and −1 for leaving one's own), and for each family `FAMILY.NAME`, its parameters in the
        order of `asked`. With fewer than 100 clean samples, or a budget that does not last, there are margins alone."""
        from bartizan.attacks.backdoor.inhand.look import nominated
        from bartizan.numerics.inversion.invert import answers, clean_margin

        model = _model(view)
        arrays = _margins(view, model, params, seed)
        own = view.auxiliary
        if len(own) < FEWEST_CLEAN // 2 or len(np.unique(own.y)) < 2:
            return Artifact("inverted_triggers", arrays)
        try:
            unit = clean_margin(answers(model, own.x), own.y)
            asked = nominated(_reached(model, arrays), params.most)
            arrays |= {"asked": np.array([*asked, -1], np.int64)}
            arrays |= _inverted(view, model, asked, unit, params, seed)
        except BudgetSpent:
            pass
        return Artifact("inverted_triggers", arrays)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """As `ScanSettings.of`, without pairs; tried on 300 held-out examples."""
        self.check(profile)
        if profile.classes is not None and profile.classes < FEWEST_CLASSES:
            raise NotApplicable(f"the scan compares classes with each other and needs at least {FEWEST_CLASSES}")
        params = ScanSettings.of(effort).model_copy(update={"pairs": False})
        return [Proposal(params=params.model_dump(mode="json"), examples=HELD_OUT)]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        params = ScanSettings(patch=2 / 64, starts=2, climbs=40, steps=60)
        return scan_controls(params.model_dump(mode="json"))


def _model(view: View) -> Callable[[torch.Tensor], torch.Tensor]:
    """The model itself where the adversary holds it, else its metered logits."""
    return view.weights() if view.access.allows(Capability.WEIGHTS) else view.logits


def _margins(view: View, model: Callable[[torch.Tensor], torch.Tensor], params: ScanSettings, seed: int) -> Arrays:
    """As many starts as the budget allows, half of which is left for triggers; where it allows none, the starts."""
    from bartizan.attacks.backdoor.inhand.look import climbed
    from bartizan.numerics.margins import random_starts

    info, budget = view.info, view.budget
    bounds, starts = info.bounds or (0.0, 1.0), params.starts
    if budget.queries is not None and not view.access.allows(Capability.WEIGHTS):
        starts = max(1, min(starts, budget.queries // (2 * info.classes * params.climbs)))
    try:
        x, goals = climbed(
            model, info.classes, info.input_shape, bounds, params.model_copy(update={"starts": starts}), seed
        )
    except BudgetSpent:
        x, goals = random_starts(info.input_shape, info.classes, bounds, seed), np.arange(info.classes)
    return {"margin_inputs": x, "margin_class": goals}


def _reached(model: Callable[[torch.Tensor], torch.Tensor], arrays: Arrays) -> NDArray[np.float64]:
    from bartizan.attacks.backdoor.inhand.look import largest

    return largest(model, np.asarray(arrays["margin_inputs"], np.float32), np.asarray(arrays["margin_class"], np.int64))


def _inverted(
    view: View, model: Callable[[torch.Tensor], torch.Tensor], asked: list[int], unit: float, params: ScanSettings,
    seed: int,
) -> Arrays:  # fmt: skip
    """Parameters of every family that the budget lasts for."""
    from bartizan.numerics.inversion.invert import Search, invert
    from bartizan.numerics.inversion.questions import targets

    info, own = view.info, view.auxiliary
    found: Arrays = {}
    search = Search(params.steps, params.batch)
    for family in params.families(info.input_shape, info.bounds or (0.0, 1.0)):
        try:
            p = invert(model, family, targets(asked), own.x, own.y, unit, search, seed)
        except BudgetSpent:
            break
        found |= {f"{family.name}.{name}": v.numpy() for name, v in p.items()}
    return found
