"""Report what is wrong at the key where it is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

PROBLEM = "problem"


class Problem(NamedTuple):
    """One thing wrong with a description: the path of keys to it, and the sentence."""

    loc: tuple[str | int, ...]
    sentence: str


def complain(title: str, problems: Iterable[Problem]) -> None:
    """Raise one `pydantic.ValidationError` with every problem at its own key; do nothing when there is none."""
    details = [
        InitErrorDetails(
            # braces are doubled because pydantic reads the sentence as a template
            type=PydanticCustomError(PROBLEM, p.sentence.replace("{", "{{").replace("}", "}}")),
            loc=p.loc,
            input=None,
        )
        for p in problems
    ]
    if details:
        raise ValidationError.from_exception_data(title, details)
