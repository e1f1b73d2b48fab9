import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bartizan.core.artifact import Cost, Measurement
from bartizan.core.base import canonical_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(JSON)
def test_canonical_json_says_what_it_was_given(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(), st.integers(), max_size=6))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, int]) -> None:
    assert canonical_json(dict(reversed(list(value.items())))) == canonical_json(value)


def test_canonical_json_refuses_what_is_no_number() -> None:
    with pytest.raises(ValueError):
        canonical_json({"rate": float("nan")})


def test_a_noun_refuses_unknown_keys_changes_and_numbers_that_are_none() -> None:
    with pytest.raises(ValidationError):
        Cost.model_validate({"queries": 1, "quries": 2})
    with pytest.raises(ValidationError):
        Cost(queries=1).queries = 2  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Measurement(estimand="e", unit="u", n=1, method="m", value=float("inf"), low=0, high=1)


def test_costs_add_up() -> None:
    assert Cost(queries=1, backwards=2) + Cost(queries=3) == Cost(queries=4, backwards=2)
