"""The kinds of single value a description holds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

Number = Annotated[float, Strict()]
Count = Annotated[int, Strict(), Field(ge=0)]
Positive = Annotated[int, Strict(), Field(ge=1)]
Amount = Annotated[float, Strict(), Field(ge=0)]
Share = Annotated[float, Strict(), Field(ge=0, le=1)]
Flag = Annotated[bool, Strict()]
Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]
FunctionRef = Annotated[str, Field(pattern=r"^[^:\s][^:]*:[A-Za-z_][A-Za-z0-9_.]*$")]


def _rate(value: float) -> float:
    if 0 <= value <= 1:
        return value
    hint = f"write {value / 100:g} for {value:g} %" if 1 < value <= 100 else "rates lie between 0 and 1"
    raise PydanticCustomError("rate", "must lie between 0 and 1, not {value}; {hint}", {"value": value, "hint": hint})


Rate = Annotated[float, Strict(), AfterValidator(_rate), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]


def _ordered(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise PydanticCustomError("order", "must go from the smaller to the larger number")
    return pair


def _wide(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] >= pair[1]:
        raise PydanticCustomError("order", "must be [lowest, highest] with the first below the second")
    return pair


Range = Annotated[tuple[Number, Number], AfterValidator(_ordered)]
Bounds = Annotated[tuple[Number, Number], AfterValidator(_wide)]


def shape_of(value: Any) -> str:
    """Tell the short form of a value (`word`) from the long one (`mapping`: a mapping, or a model already built)."""
    return "mapping" if isinstance(value, dict) or hasattr(value, "model_fields_set") else "word"
