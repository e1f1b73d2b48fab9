"""What an adversary may do, how much of it, and what that amounts to knowing."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from .base import Frozen
from .vocabulary import Capability


class Output(Frozen):
    """What an interface returns for one input, from least to most telling."""

    kind: Literal["label", "top_k", "rounded", "scores", "logits"] = "scores"
    k: int | None = Field(default=None, ge=1, description="how many classes a top-k answer names")
    decimals: int | None = Field(default=None, ge=0, description="digits kept when scores are rounded")

    @property
    def telling(self) -> tuple[int, int, int]:
        """How much it tells: larger is more."""
        kinds = ("label", "top_k", "rounded", "scores", "logits")
        return kinds.index(self.kind), self.k or 0, self.decimals or 0


class Budget(Frozen):
    """Limits of one trial. Queries and passes decide results; `seconds` only aborts."""

    queries_per_example: int | None = Field(default=None, ge=1)
    queries: int | None = Field(default=None, ge=1, description="over all examples together")
    records: int | None = Field(default=None, ge=0, description="training records the adversary may write")
    seconds: float = Field(default=600.0, gt=0)

    def at_most(self, queries: int) -> Budget:
        """What is left of it to an adversary who is answered `queries` times.

        A limit for each example is what one who is after that example alone may spend, so it is that which is lowered;
        only a budget without one is lowered as a whole.
        """
        each = self.queries_per_example
        if each is None and self.queries is not None:
            return self.model_copy(update={"queries": min(self.queries, queries)})
        return self.model_copy(update={"queries_per_example": queries if each is None else min(each, queries)})


class Access(Frozen):
    """A set of capabilities, through one interface (or none: the adversary holds the thing itself)."""

    capabilities: tuple[Capability, ...] = ()
    interface: str | None = None
    output: Output = Output()

    @field_validator("capabilities")
    @classmethod
    def _sorted_once(cls, value: tuple[Capability, ...]) -> tuple[Capability, ...]:
        return tuple(sorted(set(value)))

    def allows(self, *needed: Capability) -> bool:
        """Whether every needed capability is held."""
        return set(needed) <= set(self.capabilities)

    @property
    def asks(self) -> bool:
        """Whether each query goes through an interface, which can count it."""
        answered = self.allows(Capability.LABELS) or self.allows(Capability.SCORES)
        return self.interface is not None and answered

    @property
    def name(self) -> str:
        """The rung of the knowledge ladder, in the words of the report: `labels` … `weights`, or `none`."""
        ladder = (
            Capability.WEIGHTS,
            Capability.LOGITS,
            Capability.SCORES,
            Capability.LABELS,
            Capability.DATA_WRITE,
            Capability.DATA_READ,
            Capability.FILES,
        )
        return next((str(rung) for rung in ladder if rung in self.capabilities), "none")

    def knowledge(self) -> dict[str, bool | str]:
        """The knowledge vector {architecture, weights, training data, preprocessing, defence, output, queries}."""
        inside = self.allows(Capability.LOGITS) or self.allows(Capability.WEIGHTS)
        return {
            "architecture": inside,
            "weights": inside,
            "training_data": self.allows(Capability.DATA_READ) or self.allows(Capability.DATA_WRITE),
            "training_recipe": self.allows(Capability.RECIPE),
            "preprocessing": inside,
            "defence": inside,
            "output": self.output.kind if self.interface or inside else "none",
            "queries": any(self.allows(c) for c in (Capability.LABELS, Capability.SCORES, Capability.LOGITS)),
        }
