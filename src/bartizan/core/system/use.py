"""What the system is used for, and what stands between a wrong answer and its consequence."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bartizan.core.base import Frozen
from bartizan.core.system.choice import choice
from bartizan.core.system.problem import Problem, complain
from bartizan.core.system.values import Share

_FLOORS = {
    "accuracy": ("accuracy",),
    "balanced_accuracy": ("balanced_accuracy",),
    "precision_recall": ("precision", "recall"),
}


class Floor(Frozen):
    """The least the system may reach on clean data and keep its use; each between 0 and 1."""

    accuracy: Annotated[Share | None, Field(description="Least share of right answers")] = None
    balanced_accuracy: Annotated[Share | None, Field(description="Least mean of the recalls of all classes")] = None
    precision: Annotated[Share | None, Field(description="Least precision of the positive classes")] = None
    recall: Annotated[Share | None, Field(description="Least recall of the positive classes")] = None


class Metric(Frozen):
    """How the use case measures success."""

    kind: Annotated[
        Literal["accuracy", "balanced_accuracy", "precision_recall"], Field(description="What counts in this use")
    ] = "accuracy"
    positive: Annotated[
        tuple[int | str, ...], Field(description="The classes whose precision and recall matter (precision_recall)")
    ] = ()
    floor: Annotated[Floor, Field(description="The least the use case tolerates")] = Floor()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        allowed = _FLOORS[self.kind]
        problems = [
            Problem(("floor", name), f"a floor on '{name}' does not fit the metric '{self.kind}'")
            for name, least in self.floor
            if least is not None and name not in allowed
        ]
        if self.kind == "precision_recall" and not self.positive:
            problems.append(Problem(("kind",), "'precision_recall' needs the key 'positive': a list of classes"))
        complain("Metric", problems)
        return self


class Use(Frozen):
    """The use case and the safeguards of process around it."""

    metric: Annotated[Metric, Field(description="How success is measured, and the least that is tolerated")] = Metric()
    autonomy: Annotated[
        Literal["advisory", "supervised", "autonomous", "unknown"],
        choice("DC18", "What the system may do by itself"),
    ] = "unknown"
    world: Annotated[
        Literal["closed", "bounded", "open", "unknown"],
        choice("DC30", "How open the world is in which it works"),
    ] = "unknown"
    fallback: Annotated[
        Literal["tested", "human_queue", "untested", "none", "unknown"],
        choice("DC31", "What happens when it abstains or fails"),
    ] = "unknown"
    oversight: Annotated[
        Literal["per_decision", "sampled", "none", "unknown"],
        choice("DC32", "Which decisions a person checks"),
    ] = "unknown"
    attacker_benefit: Annotated[
        Literal["none", "indirect", "direct", "unknown"],
        choice("DC33", "What an attacker gains from a wrong answer"),
    ] = "unknown"
    latency_ms: Annotated[
        float | None, Field(gt=0, strict=True, description="The longest an answer may take, in milliseconds")
    ] = None
