"""`Trial`: one attack, hazard sweep, scan, certifier or defence against one subject. The unit of work."""

from __future__ import annotations

from typing import Any, Literal

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
    """A planned piece of work. `name` is unique in a plan; `answers` and `name` are not part of its key.

    examples: how many probe examples it works on at most.
    after: names of trials whose artifacts it needs.
    """

    name: str
    kind: Kind
    plugin: str
    version: int
    subject: Subject
    access: Access = Access()
    budget: Budget = Budget()
    params: dict[str, Any] = {}
    seed: int = 0
    examples: int = 0
    after: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
