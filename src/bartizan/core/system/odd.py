"""The operational design domain: named conditions of the world, how far each goes, and how likely each value is."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from bartizan.core.base import Frozen
from bartizan.core.system.problem import Problem, complain
from bartizan.core.system.values import Id, Number, Range, shape_of
from bartizan.core.vocabulary import Stage

Scale = Annotated[float, Field(gt=0, strict=True)]


class Distribution(Frozen):
    """How a condition's value is distributed within its range: exactly one of the keys."""

    half_normal: Annotated[
        Scale | None, Field(description="Scale σ of |N(0, σ)|, measured from the range's lower end")
    ] = None
    normal: Annotated[tuple[Number, Scale] | None, Field(description="[mean, standard deviation]")] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.half_normal is None) == (self.normal is None):
            complain("Distribution", [Problem((), "give exactly one of half_normal: σ, normal: [mean, σ]")])
        return self


AnyDistribution = Annotated[
    Annotated[Literal["uniform"], Tag("word")] | Annotated[Distribution, Tag("mapping")], Discriminator(shape_of)
]


class ConditionAtStage(Frozen):
    """What differs about a condition in one life-cycle stage."""

    range: Annotated[Range | None, Field(description="[lowest, highest] in this stage")] = None
    distribution: Annotated[AnyDistribution | None, Field(description="Distribution in this stage")] = None


class Condition(Frozen):
    """One condition of the world the system is meant to work under.

    `kind` names a hazard (gaussian_noise, brightness, blur, rotation, contrast, feature_shift, or a plugin's own);
    whether such a hazard is installed is asked when trials are planned.
    """

    kind: Annotated[
        Id,
        Field(
            description="The hazard that varies: the name of a hazard plugin",
            examples=["gaussian_noise", "brightness", "blur", "rotation", "contrast", "feature_shift"],
        ),
    ]
    range: Annotated[Range, Field(description="[lowest, highest] value inside the domain")]
    unit: Annotated[str, Field(description="Unit of the range, e.g. degree")] = ""
    distribution: Annotated[
        AnyDistribution | None, Field(description="How likely each value is; left out: uniform, marked as assumed")
    ] = None
    feature: Annotated[str | None, Field(description="The feature that shifts, for tabular data")] = None
    by_stage: Annotated[dict[Stage, ConditionAtStage], Field(description="What differs by life-cycle stage")] = {}

    @property
    def assumed(self) -> bool:
        """Whether the distribution is our assumption (uniform) and not the user's statement."""
        return self.distribution is None

    def at(self, stage: Stage) -> Condition:
        """This condition as it holds in `stage`; the result has no `by_stage` left."""
        own = self.by_stage.get(stage, ConditionAtStage())
        return self.model_copy(
            update={
                "range": own.range or self.range,
                "distribution": own.distribution or self.distribution,
                "by_stage": {},
            }
        )
