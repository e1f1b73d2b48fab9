from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.core.data import Data, Feature, Roles


def some(n: int = 5, d: int = 3) -> Data:
    rng = np.random.default_rng(n)
    return Data.of(rng.random((n, d)), rng.integers(0, 2, n))


def test_rows_stay_with_their_examples() -> None:
    data = some().take(np.array([3, 1]))
    assert data.rows.tolist() == [3, 1]
    assert (data.x[0] == some().x[3]).all()
    both = data.join(some().take(slice(0, 1)))
    assert both.rows.tolist() == [3, 1, 0]
    assert len(both) == 3


@given(st.integers(1, 20), st.integers(1, 5))
def test_the_digest_tells_contents_and_shape_apart(n: int, d: int) -> None:
    data = some(n, d)
    assert data.digest() == some(n, d).digest()
    other = data.x.copy()
    other[-1, -1] += 1
    assert Data(other, data.y, data.rows).digest() != data.digest()
    assert Data(data.x.reshape(n, 1, d), data.y, data.rows).digest() != data.digest()


def test_what_an_adversary_may_do_to_a_feature_is_part_of_the_digest() -> None:
    fixed, free = (replace(some(d=1), features=(Feature(name="f", mutable=m),)) for m in (False, True))
    assert fixed.digest() != free.digest() != some(d=1).digest()


def test_types_are_those_of_a_plugins_face() -> None:
    data = Data.of(np.ones((2, 2), np.float64), np.array([0, 1], np.uint8))  # type: ignore[arg-type]
    assert (data.x.dtype, data.y.dtype) == (np.dtype("float32"), np.dtype("int64"))


def test_what_is_opened_to_an_attack_has_no_secrets() -> None:
    roles = Roles(probe=some(), secrets={"member": np.array([True])})
    assert roles.open().secrets == {}
    assert roles.open().probe.digest() == roles.probe.digest()


@pytest.mark.parametrize("part", ["probe", "auxiliary", "writable", "secrets", "parties"])
def test_every_part_is_in_the_digest_of_the_roles(part: str) -> None:
    roles = Roles(some(1), some(2), some(3), {"member": np.array([True])})
    changed = {"secrets": {"member": np.array([False])}}.get(part, some(9))
    assert Roles(**{**vars(roles), part: changed}).digest() != roles.digest()
