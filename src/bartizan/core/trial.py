"""`Trial`: one attack, hazard sweep, scan, certifier or defence against one subject. The unit of work."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import computed_field, model_validator

from .access import Access, Budget
from .base import Frozen

Kind = Literal["attack", "hazard", "scanner", "certifier", "defense"]


class Subject(Frozen):
    """What a trial works on.

    kind `target`: the model asset `id`; `dataset`: the data asset `id`; `files`: the files of asset `id`;
    `control`: the attack's own positive control, which it must break before its failures count.
    treatments: names of the defence trials whose results are laid over the target, in order.
    """

    kind: Literal["target", "dataset", "files", "control"]
    id: str
    treatments: tuple[str, ...] = ()


class Trial(Frozen):
    """A planned piece of work. `name` is unique in a plan; like `answers`, `dataset` and `sources` it is in no key.

    dataset: ids of the data assets it is dealt from, joined by `+`; empty when it needs none.
    examples: how many probe examples it works on at most.
    after: names of trials whose artifacts it needs.
    sources: the adversaries any one of whom has this access and budget; none where the owner runs it.
    """

    name: str
    kind: Kind
    plugin: str
    version: int
    subject: Subject
    dataset: str = ""
    access: Access = Access()
    budget: Budget = Budget()
    params: dict[str, Any] = {}
    seed: int = 0
    examples: int = 0
    after: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def attack(self) -> str:
        """The plugin, under the name that `assessment.json` promises for trials of every kind."""
        return self.plugin

    @computed_field  # type: ignore[prop-decorator]
    @property
    def target(self) -> str:
        """What is tested in one word: the subject's id, then the treatments laid over it, joined by `+`."""
        return "+".join((self.subject.id, *self.subject.treatments))

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_worked_out(cls, value: Any) -> Any:
        """Reads back what it wrote: `attack` and `target` follow from the rest."""
        return {k: v for k, v in value.items() if k not in ("attack", "target")} if isinstance(value, dict) else value
