from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.campaign.roles import deal, used
from bartizan.core.access import Access, Budget
from bartizan.core.data import Data, Feature
from bartizan.core.errors import DataError
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.formats.description import read_system

sizes = st.integers(4, 60)


def some(n: int, start: int = 0) -> Data:
    """Examples that can be told apart: each is its own number."""
    return Data.of(np.arange(start, start + n)[:, None], np.zeros(n))


def names(data: Data) -> set[int]:
    return {int(v) for v in data.x[:, 0]} if len(data) else set()


@given(sizes, sizes, st.integers(1, 80), st.sampled_from(["probe", "poison", "membership"]))
def test_roles_are_disjoint_and_dealt_the_same_way_every_time(n: int, m: int, k: int, game: str) -> None:
    train, test = some(m, 1000), some(n)
    roles = deal(game, train, test, k)
    assert not names(roles.probe) & names(roles.auxiliary)
    assert not names(roles.auxiliary) & names(train)
    assert roles.digest() == deal(game, train, test, k).digest()
    if game != "membership":
        assert not names(roles.probe) & names(train)
        assert len(roles.probe) == min(k, (n + 1) // 2)


@given(sizes, st.integers(1, 40), st.integers(1, 40))
def test_a_smaller_probe_is_a_prefix_of_a_larger_one(n: int, a: int, b: int) -> None:
    few, many = sorted((a, b))
    small, large = deal("probe", None, some(n), few), deal("probe", None, some(n), many)
    assert (large.probe.x[: len(small.probe)] == small.probe.x).all()
    assert small.auxiliary.digest() == large.auxiliary.digest()


def test_only_poisoning_may_write() -> None:
    train, test = some(9, 1000), some(20)
    assert names(deal("poison", train, test, 5).writable) == names(train)
    assert len(deal("probe", train, test, 5).writable) == 0
    assert len(deal("membership", train, test, 5).writable) == 0


@given(sizes, sizes, st.integers(2, 80))
def test_half_are_members_and_the_bits_say_which(n: int, m: int, k: int) -> None:
    train, test = some(m, 1000), some(n)
    roles = deal("membership", train, test, k)
    member = roles.secrets["member"]
    assert member.sum() * 2 == len(member) == len(roles.probe)
    assert ((roles.probe.x[:, 0] >= 1000) == member).all()
    assert (train.x[roles.secrets["row"][member]] == roles.probe.x[member]).all()
    assert not names(roles.probe) & names(roles.auxiliary)


def test_the_bits_cannot_be_read_off_the_order_or_reached_through_a_view() -> None:
    roles = deal("membership", some(50, 1000), some(100), 80)
    assert 10 < roles.secrets["member"][:40].sum() < 30
    view = grant(None, Access(capabilities=tuple(Capability)), Budget(), roles)
    assert not any("member" in str(getattr(part, "secrets", "")) for part in vars(view).values())
    # Row numbers of two sets of different sizes would tell members from outsiders.
    assert view.probe.rows.tolist() == list(range(80))


@pytest.mark.parametrize(("game", "train", "test"), [("probe", 5, None), ("poison", None, 5), ("membership", None, 5)])
def test_what_is_missing_is_named(game: str, train: int | None, test: int | None) -> None:
    with pytest.raises(DataError, match=r"train_data|test_data"):
        deal(game, some(train) if train else None, some(test) if test else None, 3)


def test_empty_data_is_missing_data() -> None:
    with pytest.raises(DataError):
        deal("probe", None, some(0), 3)


def test_files_need_no_data() -> None:
    assert len(deal("files", None, None, 0).probe) == 0


def test_the_data_a_game_is_dealt_from_are_named(tiny: Path) -> None:
    system = read_system(tiny).system
    games = ("files", "probe", "poison", "membership")
    assert [used(game, system, "reader") for game in games] == ["", "test", "test+train", "test+train"]


def test_no_training_example_is_dealt_as_a_stranger_and_none_twice() -> None:
    train, test = some(30).join(some(30)), some(60, 10)
    roles = deal("membership", train, test, 60)
    member = roles.secrets["member"]
    strangers = roles.probe.take(~member)
    assert not names(strangers) & names(train)
    assert len(names(roles.probe)) == len(roles.probe)
    assert not names(roles.auxiliary) & (names(train) | names(roles.probe))


def test_without_strangers_there_is_no_game() -> None:
    with pytest.raises(DataError, match="nobody to tell members from"):
        deal("membership", some(30), some(30), 20)


def table(n: int, start: int) -> Data:
    features = (Feature(name="who"), Feature(name="ill", type="binary"))
    who = np.arange(start, start + n)
    return Data.of(np.stack([who, who % 2], axis=1), np.zeros(n), features)


def test_a_withheld_column_is_a_secret_and_cannot_be_read_off_the_probe() -> None:
    roles = deal("attribute", table(40, 1000), table(60, 0), 60, "ill")
    assert (roles.probe.x[:, 1] == 0).all()
    assert (roles.secrets["column"] == roles.probe.x[:, 0] % 2).all()
    assert roles.auxiliary.x[:, 1].any()
    with pytest.raises(DataError, match="no column called 'il'; did you mean 'ill'"):
        deal("attribute", table(40, 1000), table(60, 0), 60, "il")


def test_parties_hold_training_records_that_nobody_else_owns() -> None:
    roles = deal("federated", some(30, 1000), some(40), 20)
    assert len(roles.parties) == 20
    assert names(roles.parties) <= set(range(1000, 1030))
    assert not len(roles.probe)
    assert not len(roles.open().parties)
