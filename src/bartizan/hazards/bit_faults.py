"""Bits that flip in memory by chance: a particle, a worn cell, heat. Nobody chooses which."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from bartizan.core.access import Access
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, Control, Proposal
from bartizan.core.profile import Condition, Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.hazards.controls import constant_reader, template_reader
from bartizan.hazards.corruption import hazard_spec
from bartizan.numerics.bits import Representation

WEIGHTS = Access(capabilities=(Capability.WEIGHTS,))
SIZE: dict[Effort, tuple[int, int]] = {"quick": (100, 200), "standard": (400, 500), "deep": (1000, 1000)}
"""Patterns of faults and examples."""


class BitFaultsParams(Frozen):
    """bits: flipped at once; assumed: nobody stated how many. representation: of the weights in memory.

    patterns: of so many flips, each at random. sequences: of flips that go on, up to `most`, for the bits to failure.
    goal_drop: the loss of accuracy that counts as failure.
    """

    condition: str = "bit_faults"
    bits: int = Field(default=1, ge=1)
    assumed: bool = True
    representation: Representation = "float32"
    patterns: int = Field(default=100, ge=1)
    sequences: int = Field(default=10, ge=1)
    most: int = Field(default=1024, ge=1)
    goal_drop: float = Field(default=0.05, gt=0, le=1)


class BitFaults(Attack):
    """How often a few random faults ruin the model, and how many it takes until it fails."""

    spec = hazard_spec(
        "bit_faults",
        "Bits that flip in memory",
        "Flips bits of the weights at random, and counts how often that ruins the model and how many it stands.",
        threats=("H5",),
        references=("reagen2018", "rakin2019"),
        needs=((Capability.WEIGHTS,),),
        makes="parameters",
        goal="a model that loses accuracy because bits of its weights flipped by chance",
        harm="fault_failure",
        bounded=False,
        differentiable=True,
        modalities=("image", "tabular"),
        cost_hint="one pass over the examples for each pattern of faults",
    )
    params: ClassVar[type[Frozen]] = BitFaultsParams

    def run(self, view: View, *, params: Any, seed: int) -> Artifact:
        """Nothing to prepare: the referee draws the faults. Array: `bits`, how many flip at once."""
        return Artifact("parameters", {"bits": np.array([params.bits], np.int64)})

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """As many faults at once as the operational design domain allows, or one; from standard on also of weights
        kept in eight bits."""
        self.check(profile)
        stated = [_stated(c) for c in profile.conditions if c.kind == self.spec.id] or [BitFaultsParams()]
        patterns, examples = SIZE[effort]
        kinds: tuple[Representation, ...] = ("float32",) if effort == "quick" else ("float32", "int8")
        chosen = [p.model_copy(update={"patterns": patterns, "representation": k}) for p in stated for k in kinds]
        return [
            Proposal(
                params=p.model_dump(mode="json"), examples=examples, label=f"{p.condition} {p.representation}"
            )
            for p in chosen
        ]  # fmt: skip

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        """A reader whose every weight counts, and one that answers by its bias alone."""
        params = BitFaultsParams(bits=8, patterns=40, sequences=4, most=64).model_dump(mode="json")
        both = template_reader("image", params), constant_reader("image", params)
        positive, negative = (replace(c, harm=cls.spec.harm, access=WEIGHTS) for c in both)
        return positive, negative


def _stated(condition: Condition) -> BitFaultsParams:
    """The most faults at once that the domain allows."""
    return BitFaultsParams(condition=condition.name, bits=max(1, round(condition.high)), assumed=condition.assumed)
