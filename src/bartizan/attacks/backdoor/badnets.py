"""BadNets: a backdoor planted through stamped and relabelled training records."""

from __future__ import annotations

from pydantic import Field

from bartizan.attacks.backdoor.controls import badnets_controls
from bartizan.attacks.backdoor.planter import Planter, Planting, Task, planting_spec
from bartizan.attacks.backdoor.planting import PlantingParams, mislabelled
from bartizan.attacks.backdoor.trigger import patch, rare_values
from bartizan.core.contracts import Control, Proposal
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.numerics.triggers import Trigger


class BadNetsParams(PlantingParams):
    """side: of the square patch, in pixels. columns: overwritten in a table."""

    side: int = Field(default=3, ge=1)
    columns: int = Field(default=3, ge=1)


class BadNets(Planter):
    """Stamps a small pattern on records of other classes and labels them as the target class."""

    spec = planting_spec(
        "badnets",
        "Backdoor by a trigger in the data (BadNets)",
        "Teaches the model, through a few stamped and relabelled records, to obey a small pattern.",
        "gu2017",
        "tang2021",
        version=3,
        modalities=("image", "tabular"),
        bounded=False,
        retrainings=6,
    )
    params = BadNetsParams

    def plant(self, view: View, task: Task, params: BadNetsParams, seed: int) -> Planting:
        """A patch on an image, rare values in a table."""
        clean = task.clean
        image = clean.x.ndim == 4
        mask, pattern = patch(clean, view.info.bounds, params.side) if image else rare_values(clean, params.columns)
        trigger = Trigger("patch", {"mask": mask, "pattern": pattern})
        poison = mislabelled(clean, trigger, task.wanted, task.n, seed)
        return Planting(trigger, poison, {"entries": int(mask.sum())})

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """One dose and three seeds (quick: six trainings), four and five (standard), six and ten (deep); from standard
        on also with one class that is to obey and with each class sent to the next."""
        self.check(profile)
        doses, seeds, examples = {
            "quick": ((0.02,), 3, 500),
            "standard": ((0.002, 0.005, 0.01, 0.05), 5, 1000),
            "deep": ((0.001, 0.002, 0.005, 0.01, 0.02, 0.05), 10, 1000),
        }[effort]
        first = BadNetsParams(doses=doses, seeds=seeds, stealth=effort != "quick")
        proposals = [Proposal(params=first.model_dump(mode="json"), examples=examples)]
        return proposals if effort == "quick" else [*proposals, *_other_goals(first, examples, profile.classes or 2)]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return badnets_controls(BadNetsParams(doses=(0.1,), seeds=1, side=2).model_dump(mode="json"))


def _other_goals(first: BadNetsParams, examples: int, classes: int) -> list[Proposal]:
    """With two classes, one that obeys is all but the target: nothing else to try. A goal a class takes more poison."""
    seeds = 10 if first.seeds >= 10 else 3
    return [
        Proposal(
            params=first.model_copy(update={"goal": goal, "doses": doses, "seeds": seeds}).model_dump(mode="json"),
            examples=examples,
            label=goal.replace("_", " "),
        )
        for goal, doses in (("source_specific", first.doses[-2:]), ("all_to_all", (0.05, 0.2)))
        if classes > 2
    ]
