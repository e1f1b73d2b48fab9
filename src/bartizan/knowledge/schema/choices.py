"""Design choices: what is asked of each asset, and how far each answer exposes the system."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bartizan.core.base import Frozen
from bartizan.core.vocabulary import Aspect, Level, Objective, Provenance
from bartizan.knowledge.schema.common import Entry

Section = Literal[
    "assets.data",
    "assets.models",
    "assets.software",
    "assets.hardware",
    "interfaces",
    "use",
    "supply",
    "organisation",
]

UNKNOWN = "unknown"


class Option(Frozen):
    """One answer to a design choice, the exposure it brings, and why."""

    level: Level
    why: str = Field(min_length=1)
    provenance: Provenance = Provenance.JUDGED


UNKNOWN_OPTION = Option(level=Level.UNKNOWN, why="The description does not say; it is planned for as high.")


class DesignChoice(Entry):
    """A question the description answers at `section`[].`field`.

    options: from low to high exposure. number / path: the option that a positive integer / the path of a file
    stands for, where the field allows them.
    raises: the threats made easier (effect `exposure`), worse (`impact`) or more tempting (`likelihood`).
    objectives: for effect `impact`, the impact ratings it bears on; otherwise those its threats harm.
    """

    aspect: Aspect
    section: Section
    field: str
    title: str
    question: str
    options: dict[str, Option]
    number: str | None = None
    path: str | None = None
    raises: tuple[str, ...]
    effect: Literal["exposure", "impact", "likelihood"] = "exposure"
    objectives: tuple[Objective, ...]
    rationale: str

    def resolve(self, value: str | int | None) -> str:
        """Return the name of the option that `value` stands for: itself, `number`, `path`, or `unknown`.

        Raises KeyError when the value is none of these.
        """
        if value is None or value == UNKNOWN:
            return UNKNOWN
        if value in self.options:
            return str(value)
        if self.number is not None and isinstance(value, int) and value > 0:
            return self.number
        if self.path is not None and isinstance(value, str) and ("." in value or "/" in value):
            return self.path
        raise KeyError(value)

    def option(self, value: str | int | None) -> Option:
        """Return the option that `value` stands for (see `resolve`)."""
        name = self.resolve(value)
        return UNKNOWN_OPTION if name == UNKNOWN else self.options[name]
