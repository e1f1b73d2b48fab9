"""Transfer: evasion prepared on a stolen copy, without asking the target anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from bartizan.attacks.smoothed import fooled_by_far
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.errors import UsageError
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.numerics.students import load_student

from .controls import transfer_controls
from .hits import Hits
from .params import EvasionParams, worth_testing
from .sampling import bounds_of

if TYPE_CHECKING:
    import torch


class TransferParams(EvasionParams):
    """steps: of the ascent on the surrogate, to its end: what fools the copy by far is likelier to fool the target.
    copies: noisy copies of the input that each step's gradient is averaged over."""

    norm: Literal["linf", "l2"] = "linf"
    steps: int = Field(default=10, ge=1)
    copies: int = Field(default=4, ge=1)


EFFORT: dict[Effort, dict[str, Any]] = {
    "quick": {},
    "standard": {"steps": 20, "copies": 10},
    "deep": {"steps": 50, "copies": 20},
}
EXAMPLES: dict[Effort, int] = {"quick": 200, "standard": 1000, "deep": 1000}


class Transfer(Attack):
    """See `attacks.smoothed` for the mathematics; each example gets one try at the target."""

    spec = AttackSpec(
        id="transfer",
        version=4,
        title="Transfer from a surrogate",
        summary="Attacks a copy extracted earlier and hopes that the target falls for the same inputs.",
        references=("papernot2017",),
        family="evasion",
        threats=("E3",),
        needs=((),),
        makes="perturbed_inputs",
        goal="misclassify",
        harm="robust_error",
        uses=("surrogate",),
        modalities=("image",),
        bounded=True,
        cost_hint="no query of the target; `steps` × `copies` passes of the surrogate for each example",
    )
    params = TransferParams

    def run(self, view: View, *, params: TransferParams, seed: int) -> Artifact:
        changed = fooled_by_far(
            student_of(surrogate_of(view)), view.probe.x, view.probe.y, norm=params.norm, eps=params.eps,
            bounds=bounds_of(view), steps=params.steps, copies=params.copies, seed=seed,
        )  # fmt: skip
        hits = Hits(view.probe, params.norm, params.eps)
        everyone = np.arange(len(changed), dtype=np.int64)
        hits.add(everyone, changed, np.ones(len(changed), np.int64))
        return hits.artifact()

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        return [
            Proposal(
                params=TransferParams(norm=norm, eps=eps, **EFFORT[effort]).model_dump(mode="json"),
                examples=EXAMPLES[effort],
                label=f"{norm} {eps:g}",
            )
            for norm, eps in worth_testing(profile, ("linf", "l2"))
        ]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return transfer_controls()


def surrogate_of(view: View) -> Artifact:
    """The surrogate an earlier trial made. Raises `UsageError` when there is none."""
    found = [a for _, a in sorted(view.artifacts.items()) if a.kind == "surrogate"]
    if not found:
        raise UsageError("transfer needs a surrogate: run a model extraction trial first and name it under `after`")
    return found[-1]


def student_of(surrogate: Artifact) -> torch.nn.Module:
    """The network in the artifact. Raises `UsageError` when there is none that can be opened."""
    try:
        return load_student(surrogate.arrays)
    except (ValueError, KeyError, RuntimeError) as error:
        raise UsageError(f"the surrogate handed to transfer cannot be opened: {error}") from error
