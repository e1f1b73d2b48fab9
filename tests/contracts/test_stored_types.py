"""Every noun that goes to disk comes back equal, whatever is in it."""

from __future__ import annotations

import importlib
import json
import pkgutil
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

import bartizan.core
from bartizan.core.assessment import Assessment
from bartizan.core.base import Frozen
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.core.plan import Plan
from bartizan.core.trial import Trial

for _found in pkgutil.iter_modules(bartizan.core.__path__):
    importlib.import_module(f"bartizan.core.{_found.name}")


def _kinds(of: type[Frozen]) -> set[type[Frozen]]:
    return {of}.union(*(_kinds(c) for c in of.__subclasses__()))


# What is read from system.yaml is tested with its reader; a spec is code and never stored.
STORED = sorted(
    (
        c
        for c in _kinds(Frozen) - {Frozen}
        if c.__module__.startswith("bartizan.core.")
        and not c.__module__.startswith("bartizan.core.system")
        and not c.__name__.endswith("Spec")
    ),
    key=lambda c: c.__name__,
)

json_values = st.recursive(
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=8),
    int: st.integers(1, 2**40),
    float: numbers.map(abs).filter(lambda v: v > 0),
    bool: st.booleans(),
    Any: json_values,
    type(None): st.none(),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    origin, inside = get_origin(kind), get_args(kind)
    if kind in SCALARS:
        return SCALARS[kind]
    if origin is Annotated:
        return values(inside[0])
    if origin is Literal:
        return st.sampled_from(inside)
    if origin in (Union, UnionType):
        return st.one_of([values(k) for k in inside])
    if origin is tuple:
        if inside[-1] is Ellipsis:
            return st.lists(values(inside[0]), max_size=2).map(tuple)
        return st.tuples(*[values(k) for k in inside])
    if origin is dict:
        return st.dictionaries(SCALARS[str], values(inside[1]), max_size=2)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = st.fixed_dictionaries({name: values(f.annotation) for name, f in kind.model_fields.items()})
        return fields.map(lambda drawn: usable(kind, drawn)).filter(lambda made: made is not None)
    return st.sampled_from(list(kind))


def usable(kind: type[BaseModel], drawn: dict[str, Any]) -> BaseModel | None:
    """None where the type has rules of its own that these values break: nobody stores what cannot be made."""
    try:
        return kind(**drawn)
    except ValueError:
        return None


@pytest.mark.parametrize("kind", STORED, ids=lambda c: c.__name__)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_written_is_read_back_equal(kind: type[Frozen], data: st.DataObject) -> None:
    value = data.draw(values(kind))
    text = value.to_json()
    again = kind.from_json(text)
    assert again == value
    assert again.to_json() == text


def test_the_nouns_of_a_campaign_are_among_them() -> None:
    assert {Assessment, Evidence, Finding, Plan, Trial} <= set(STORED)


def test_an_assessment_is_json_anybody_can_read() -> None:
    made = Assessment(tool={"name": "bartizan"}, system={}, plan=Plan(effort="quick"))
    assert json.loads(made.to_json())["schema_version"] == 1
