from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bartizan.campaign.apart import once, overlap
from bartizan.campaign.opening import open_data
from bartizan.core.data import Data
from bartizan.formats.description import read_system

EXAMPLES = Path(__file__).parents[2] / "examples"


def numbers(*values: int) -> Data:
    return Data.of(np.array(values)[:, None], np.zeros(len(values)))


def test_what_is_in_both_is_counted_whatever_its_label() -> None:
    train, test = numbers(*range(20)), numbers(*range(17, 37))
    found = overlap(train, Data.of(test.x, np.ones(20)))
    assert (found.shared, found.n, found.repeated, found.large) == (3, 20, 0.0, True)
    assert found.sentence() == "3 of 20 test examples are training examples, too"
    assert not overlap(train, numbers(*range(18, 38))).large  # a tenth may be chance


def test_where_examples_repeat_each_other_so_may_the_test_data() -> None:
    few = numbers(*[1, 2, 3, 4] * 5, *range(100, 120))
    assert not overlap(few, numbers(1, 2, 3, 50, 60, 70)).large
    assert overlap(few, few).large


@pytest.mark.parametrize("example", ["digits", "phishing"])
def test_the_examples_are_split_well(example: str) -> None:
    described = read_system(EXAMPLES / example / "system.yaml")
    model = described.system.assets.models[0].id
    train, test = open_data(described.system, model, described.folder)
    assert train is not None
    assert test is not None
    assert not overlap(train, test).large
    assert overlap(train, train).large


def test_each_content_is_kept_once_in_its_order_and_known_ones_are_not() -> None:
    kept = once(numbers(5, 3, 5, 9, 3, 1), numbers(9).contents())
    assert kept.x[:, 0].tolist() == [5, 3, 1]
    assert kept.rows.tolist() == [0, 1, 5]
