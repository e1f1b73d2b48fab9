import numpy as np
import pytest

from bartizan.core.data import Data
from bartizan.core.profile import NotApplicable, Profile
from bartizan.defenses.partition_aggregation import (
    PartitionAggregation,
    PartitionParams,
    Voting,
    certified_records,
    parts_of,
)
from bartizan.testing.defenses import linear_on, small_images

PARAMS = PartitionParams(parts=5)


def voting(data: Data) -> Voting:
    target = PartitionAggregation().apply(linear_on(data), data, params=PARAMS, seed=0)
    assert isinstance(target, Voting)
    return target


def test_the_certificate_by_hand() -> None:
    votes = np.array([[9, 0, 0], [5, 4, 0], [4, 5, 0], [4, 4, 1], [0, 3, 6], [2, 0, 7]])
    assert certified_records(votes).tolist() == [4, 0, 0, 0, 1, 2]


def test_no_poison_within_the_certificate_turns_a_vote() -> None:
    """Every way of moving so many voters, tried out for small numbers."""
    rng = np.random.default_rng(0)
    for votes in rng.multinomial(9, [0.6, 0.3, 0.1], size=50):
        r, winner = int(certified_records(votes[None])[0]), votes.argmax()
        for other in set(range(3)) - {int(winner)}:
            for moved, holds in ((r, True), (r + 1, None)):
                after = votes.copy()
                after[winner] -= min(moved, votes[winner])
                after[other] += moved
                assert holds is None or after.argmax() == winner


def test_the_certificate_is_tight() -> None:
    votes = np.array([[7, 2, 0]])
    r = int(certified_records(votes)[0])
    assert (votes[0] - [r + 1, -(r + 1), 0]).argmax() != 0 or 7 - (r + 1) == 2 + (r + 1)


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
