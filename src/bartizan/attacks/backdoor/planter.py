"""What every attack is that plants a trigger by training data: declared, sized, tried and controlled in one way."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bartizan.attacks.backdoor.controls import planting_controls
from bartizan.attacks.backdoor.planting import (
    PlantingParams,
    Poison,
    doses_within,
    handed_over,
    planting_proposals,
    wanted_classes,
)
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Data, Labels
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.triggers import Trigger


def planting_spec(id: str, title: str, summary: str, *references: str, **more: Any) -> AttackSpec:
    """The spec of a planting: on images within bounds, by whoever writes records, nine trainings at the effort
    standard; `more` where it is otherwise."""
    return AttackSpec(
        **{
            "id": id,
            "title": title,
            "summary": summary,
            "references": references,
            "family": "backdoor",
            "threats": ("B1",),
            "needs": ((Capability.DATA_WRITE,),),
            "game": "poison",
            "makes": "trigger",
            "goal": "inputs with the trigger get the target class, others are answered as before",
            "harm": "trigger_success",
            "retrainable": True,
            "modalities": ("image",),
            "bounded": True,
            "retrainings": 9,
            "cost_hint": "seeds × (doses + 1) trainings",
            **more,
        }
    )


@dataclass(frozen=True)
class Task:
    """clean: the writable records, `n` of which may be changed at most. wanted: for each class the one its inputs
    shall get, −1 for none; target: the class named in the parameters."""

    clean: Data
    n: int
    wanted: Labels
    target: int
    bounds: tuple[float, float]


@dataclass(frozen=True)
class Planting:
    """The trigger as the model in use will be shown it, the records that teach it, and what is claimed of both."""

    trigger: Trigger
    poison: Poison
    claims: dict[str, Any] = field(default_factory=dict)


class Planter(Attack):
    """control: parameters with which the controls are played, and control_records how many records they may write.

    keeps_labels: no label is changed, so that the goal is always one class: a right label can lead nowhere else.
    """

    params: ClassVar[type[PlantingParams]]
    control: ClassVar[dict[str, Any]]
    control_records: ClassVar[int] = 40
    keeps_labels: ClassVar[bool] = False

    @abstractmethod
    def plant(self, view: View, task: Task, params: Any, seed: int) -> Planting:
        """The trigger and the records, the most useful first."""

    def run(self, view: View, *, params: Any, seed: int) -> Artifact:
        """See `planting.handed_over`."""
        params = params.model_copy(update={"goal": "all_to_one"}) if self.keeps_labels else params
        classes = view.info.classes
        task = Task(
            view.writable,
            max(doses_within(params, view), default=0),
            wanted_classes(params, classes),
            params.target_class % classes,
            view.info.bounds or (0.0, 1.0),
        )
        made = self.plant(view, task, params, seed)
        return handed_over(view, params, made.trigger, made.poison, **made.claims)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """See `planting.planting_proposals`."""
        self.check(profile)
        return planting_proposals(self.params(), self.spec.title, effort)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        """See `controls.planting_controls`."""
        chosen = cls.params(**{"seeds": 1, **cls.control})
        return planting_controls(chosen.model_dump(mode="json"), cls.control_records)
