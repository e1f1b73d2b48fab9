"""The certificate of a vote, and the referee that tries to refute it."""

import numpy as np
import pytest

from bartizan.certifiers import by_vote
from bartizan.certifiers.controls_by_vote import FAR, RECORDS, VOTERS, Voters, _roles
from bartizan.certifiers.partition_votes import PartitionVotes, PartitionVotesParams
from bartizan.certifiers.referee import CertifierReferee
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact
from bartizan.core.data import Data, Roles
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.defenses.partition_aggregation import PartitionAggregation, PartitionParams
from bartizan.numerics.linear import LinearTarget
from bartizan.testing.defenses import linear_on, small_images

PARAMS = PartitionVotesParams(records=(1, 2))
ACCESS = Access(capabilities=(Capability.SCORES,))
AGREED = Voters(np.full(VOTERS, 0.5), apart=True)


def certified(target, roles, params=PARAMS):
    artifact = PartitionVotes().run(grant(target, ACCESS, Budget(), roles), params=params, seed=0)
    return artifact, CertifierReferee().measure(target, roles, artifact, params=params, seed=0)


def share(measured, records):
    found = (m for m in measured.measurements if m.estimand == "certified_share" and m.at["eps"] == records)
    return next(found).value


def test_five_of_five_stand_against_two_records_and_not_against_three():
    artifact, measured = certified(AGREED, _roles(FAR), PartitionVotesParams(records=(2, 3)))
    assert (artifact.arrays["certified_eps"] == 2).all()
    assert (share(measured, 2), share(measured, 3)) == (1.0, 0.0)
    assert not measured.flags
    assert measured.size_unit == "records"


def test_a_wrong_answer_is_certified_for_nothing():
    roles = _roles(FAR)
    wrong = Roles(probe=Data.of(roles.probe.x, 1 - roles.probe.y), writable=roles.writable)
    assert share(certified(AGREED, wrong)[1], 1) == 0


def test_a_claim_beyond_the_votes_is_refuted():
    roles = _roles(FAR)
    n = len(roles.probe)
    arrays = {"eps": np.array([1.0, 3.0]), "verdict": np.ones((n, 2), np.int8), "certified_eps": np.full(n, 3.0)}
    measured = CertifierReferee().measure(AGREED, roles, Artifact("bounds", arrays), params=PARAMS, seed=0)
    assert [f.id for f in measured.flags] == ["inverted_bracket"]
    assert (share(measured, 1), share(measured, 3)) == (1.0, 0.0)


def test_voters_that_saw_every_record_lose_every_certificate():
    together = Voters(np.full(VOTERS, 0.5), apart=False)
    measured = certified(together, _roles(1e-3))[1]
    assert [f.id for f in measured.flags] == ["inverted_bracket"]
    assert share(measured, 1) == share(measured, 2) == 0


def test_a_real_vote_keeps_its_certificate():
    data = small_images(200)
    target = PartitionAggregation().apply(linear_on(data), data, params=PartitionParams(parts=5), seed=0)
    measured = certified(target, Roles(probe=data.take(slice(0, 50)), writable=data))[1]
    assert not measured.flags
    assert 1 >= share(measured, 1) > 0.5


def test_the_poison_has_no_more_records_than_it_says():
    data = Data.of(np.arange(RECORDS).reshape(-1, 1) / RECORDS, np.arange(RECORDS) % 3)
    x, y = by_vote.poisoned(data, 9, seed=1)
    assert len(x) - len(data) + (y[: len(data)] != data.y).sum() == 9
    assert len(np.unique(y[len(data) :])) == 1


def test_what_answers_by_no_vote_is_a_sentence():
    with pytest.raises(NotApplicable, match="no vote"):
        certified(LinearTarget(np.eye(2)), Roles(probe=Data.of(np.zeros((2, 2)), np.zeros(2))))


def test_scores_that_are_no_votes_are_a_sentence():
    class Rounded(Voters):
        def scores(self, x):
            return np.round(super().scores(x) * 0.9 + 0.05, 2)

    with pytest.raises(NotApplicable, match="not shares of 5 votes"):
        certified(Rounded(np.full(VOTERS, 0.5), apart=True), _roles(FAR))


def test_a_defence_laid_over_a_vote_takes_its_certificate_away():
    from bartizan.core.target import Defended

    assert Defended(AGREED, "another", "d").info.voters is None


def test_it_is_proposed_from_standard_on_where_training_can_be_repeated():
    with pytest.raises(NotApplicable, match="retrain"):
        PartitionVotes().propose(Profile(model="m"), "standard")
    with pytest.raises(NotApplicable, match="standard"):
        PartitionVotes().propose(Profile(model="m", retrainable=True), "quick")
    (one,) = PartitionVotes().propose(Profile(model="m", retrainable=True), "deep")
    assert one.params["records"] == [1, 2, 5, 10, 20]
