"""MM-BD: looks for a backdoored class without any data, by the largest margin each class can reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from bartizan.attacks.backdoor.controls import scan_controls
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.errors import BudgetSpent
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.margins import FEWEST_CLASSES, maximise_margins, random_starts

if TYPE_CHECKING:
    import torch


class MaximumMarginParams(Frozen):
    """starts: random starts a class. steps: of ascent. rate: length of a step as a share of the input range.

    alpha: family-wise level at which a class is flagged.
    """

    starts: int = Field(default=8, ge=1)
    steps: int = Field(default=150, ge=1)
    rate: float = Field(default=0.1, gt=0)
    alpha: float = Field(default=0.05, gt=0, lt=1)


class MaximumMarginScan(Attack):
    """Climbs to each class's most confident input; a backdoored class can be pushed much further than the others."""

    spec = AttackSpec(
        id="maximum_margin_scan",
        version=2,
        title="Maximum-margin backdoor scan (MM-BD)",
        summary="Finds the class whose margin can be driven far beyond the others', the mark of a simple trigger.",
        references=("wang2024mmbd", "holm1979"),
        family="backdoor",
        threats=("B2", "B1"),
        needs=((Capability.LOGITS,), (Capability.WEIGHTS,)),
        game="probe",
        makes="perturbed_inputs",
        goal="name the class a trigger leads to",
        harm="flagged_classes",
        differentiable=True,
        bounded=True,
        cost_hint="classes × starts × steps forward and backward passes, no data",
    )
    params = MaximumMarginParams

    def run(self, view: View, *, params: MaximumMarginParams, seed: int) -> Artifact:
        """Arrays: `margin_inputs` ((K·starts)×…) and `margin_class` (which class each of them was pushed to)."""
        import torch

        info = view.info
        bounds = info.bounds or (0.0, 1.0)
        starts = params.starts
        if view.budget.queries is not None and not view.access.allows(Capability.WEIGHTS):
            starts = max(1, min(starts, view.budget.queries // (info.classes * params.steps)))
        classes = np.repeat(np.arange(info.classes), starts)
        x = random_starts(info.input_shape, len(classes), bounds, seed)
        best = []
        for c in range(info.classes):
            rows = torch.from_numpy(np.flatnonzero(classes == c))
            start, goal = torch.from_numpy(x)[rows], torch.from_numpy(classes)[rows]
            try:
                best.append(
                    maximise_margins(
                        _logits(view), start, goal, bounds=bounds, steps=params.steps, rate=params.rate
                    ).numpy()
                )
            except BudgetSpent:
                best.append(start.numpy())
        arrays = {"margin_inputs": np.concatenate(best), "margin_class": classes.astype(np.int64)}
        return Artifact(kind="perturbed_inputs", arrays=dict(arrays))

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """4 starts a class (quick), 8 (standard), 30 (deep). The probe is not used."""
        self.check(profile)
        if profile.classes is not None and profile.classes < FEWEST_CLASSES:
            raise NotApplicable(
                f"the maximum-margin scan compares classes with each other and needs at least {FEWEST_CLASSES}"
            )
        starts, steps = {"quick": (4, 100), "standard": (8, 200), "deep": (30, 300)}[effort]
        return [Proposal(params=MaximumMarginParams(starts=starts, steps=steps).model_dump(mode="json"), examples=1)]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return scan_controls(MaximumMarginParams(starts=2, steps=40).model_dump(mode="json"))


def _logits(view: View) -> Callable[[torch.Tensor], torch.Tensor]:
    """The model itself where the adversary holds it, else its metered logits."""
    return view.weights() if view.access.allows(Capability.WEIGHTS) else view.logits
