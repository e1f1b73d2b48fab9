"""Promises and what to say when one is broken."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

from bartizan.core.contracts import Plugin, PluginSpec


def promise(kept: object, sentence: str) -> None:
    """Raise `AssertionError` with `sentence` unless `kept`. Works under `python -O`, too."""
    if not kept:
        raise AssertionError(sentence)


def check_spec(cls: type[Plugin], kind: type[PluginSpec]) -> None:
    """The spec is of the right type and says something in every field a person reads."""
    spec = getattr(cls, "spec", None)
    promise(isinstance(spec, kind), f"{cls.__name__}.spec must be {kind.__name__}(…)")
    assert isinstance(spec, PluginSpec)
    promise(spec.title.strip() and spec.summary.strip(), f"{cls.__name__}.spec needs a title and a summary")
    promise(spec.version >= 1, f"{cls.__name__}.spec.version counts from 1")
    promise(_takes_nothing(cls), f"{cls.__name__}() must work: plugins are made without arguments")


def check_params(cls: type[Plugin]) -> None:
    """Every parameter has a default, and parameters come back equal from JSON."""
    model: Any = getattr(cls, "params", None)
    promise(
        isinstance(model, type) and issubclass(model, BaseModel),
        f"{cls.__name__}.params must be a pydantic model class",
    )
    missing = [name for name, field in model.model_fields.items() if field.is_required()]
    promise(not missing, f"{model.__name__} needs a default for {', '.join(missing)}")
    promise(model.model_config.get("frozen"), f"{model.__name__} must be frozen: derive it from core.base.Frozen")
    chosen = model()
    again = model.model_validate_json(chosen.model_dump_json())
    promise(again == chosen, f"{model.__name__} does not come back equal from JSON")


def check_threats(ids: tuple[str, ...], where: str) -> None:
    """Threats are named by our ids (a letter and a number)."""
    promise(ids, f"{where} names no threat")
    odd = [t for t in ids if not re.fullmatch(r"[A-Z]\d+", t)]
    promise(not odd, f"{where} must hold threat ids such as 'E1', not {', '.join(odd)}")


def _takes_nothing(cls: type[Plugin]) -> bool:
    try:
        cls()
    except TypeError:
        return False
    return True
