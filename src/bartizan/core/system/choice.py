"""Design choices: the fields of a description that an exposure can be read from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel, Field

SYSTEM_ID = "system"  # choices on use, supply and organisation attach to the system itself


class DesignChoice(NamedTuple):
    """One design choice as described. `value` is `unknown` where the description says nothing."""

    section: str  # "assets.data", "assets.models", "assets.software", "assets.hardware", "interfaces", "use", …
    item: str  # the id of the asset or interface; "system" for choices on the system as a whole
    field: str
    value: str | int
    entry: str  # the knowledge base's id of the choice, e.g. "DC01"


def choice(entry: str, description: str) -> Any:
    """Mark a field as design choice `entry` of the knowledge base (used inside `Annotated`)."""
    return Field(description=f"{description} (design choice {entry})", json_schema_extra={"choice": entry})


def choices_of(section: str, item: str, model: BaseModel) -> Iterator[DesignChoice]:
    """Every design choice of one asset, interface or section, in the order of its fields."""
    for name, field in type(model).model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and "choice" in extra:
            yield DesignChoice(section, item, name, getattr(model, name), str(extra["choice"]))
