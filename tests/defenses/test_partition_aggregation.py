import numpy as np
import pytest

from bartizan.core.data import Data
from bartizan.core.profile import NotApplicable, Profile
from bartizan.defenses.partition_aggregation import (
    PartitionAggregation,
    PartitionParams,
    Voting,
    parts_of,
)
from bartizan.testing.defenses import linear_on, small_images

PARAMS = PartitionParams(parts=5)


def voting(data: Data) -> Voting:
    target = PartitionAggregation().apply(linear_on(data), data, params=PARAMS, seed=0)
    assert isinstance(target, Voting)
    return target


def test_one_record_touches_one_part_whatever_the_order() -> None:
    x = small_images(60).x
    part = parts_of(x, 5)
    assert np.array_equal(parts_of(x[::-1], 5), part[::-1])
    changed = x.copy()
    changed[3] += 0.01
    assert (np.delete(parts_of(changed, 5), 3) == np.delete(part, 3)).all()
    assert len(np.unique(part)) == 5


def test_poison_within_the_certificate_turns_nothing_in_fact() -> None:
    data = small_images(200)
    clean = voting(data)
    sure = clean.certified_records(data.x) >= 1
    assert sure.any()
    for i in range(20):
        y = data.y.copy()
        y[i] = 1 - y[i]
        assert np.array_equal(voting(Data.of(data.x, y)).labels(data.x)[sure], clean.labels(data.x)[sure])


def test_the_vote_is_accurate_shares_its_votes_and_shows_no_gradient() -> None:
    data = small_images(200)
    target = voting(data)
    assert (target.labels(data.x) == data.y).mean() > 0.9
    assert np.allclose(target.scores(data.x).sum(axis=1), 1)
    assert not target.info.differentiable
    again = target.retrain(data.x, data.y, seed=1)
    assert np.array_equal(again.labels(data.x), target.labels(data.x))


def test_what_cannot_be_dealt_out_is_a_sentence() -> None:
    with pytest.raises(NotApplicable, match="fewer parts"):
        PartitionAggregation().apply(
            linear_on(small_images(20)), small_images(20), params=PartitionParams(parts=20), seed=0
        )
    with pytest.raises(NotApplicable, match="no retrain function"):
        PartitionAggregation().propose(Profile(model="m"), "standard")
    with pytest.raises(NotApplicable, match="standard"):
        PartitionAggregation().propose(Profile(model="m", retrainable=True), "quick")
