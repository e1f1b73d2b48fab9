from typing import Any

import numpy as np
import pytest

from bartizan.attacks.privacy.loss_threshold import LossThreshold, LossThresholdParams
from bartizan.attacks.privacy.referee import PrivacyReferee
from bartizan.attacks.privacy.rmia import Rmia
from bartizan.core.access import Budget
from bartizan.core.artifact import Artifact, Measured, Watched
from bartizan.core.contracts import Attack, Control
from bartizan.core.data import Data, Roles
from bartizan.core.view import grant


def claimed(
    scores: Any, member: Any, fpr: float = 0.05, seed: int = 0, watched: Watched = Watched(), **claims: Any
) -> Measured:
    n = len(member)
    roles = Roles(
        probe=Data.of(np.zeros((n, 1), np.float32), np.zeros(n, np.int64)), secrets={"member": np.asarray(member)}
    )
    artifact = Artifact("membership_scores", {"scores": np.asarray(scores)}, claims, watched)
    return PrivacyReferee().measure(None, roles, artifact, params=LossThresholdParams(fpr=fpr), seed=seed)


@pytest.mark.parametrize("attack", [LossThreshold, Rmia])
@pytest.mark.parametrize("kind", ["positive", "negative"])
def test_controls(attack: type[Attack], kind: str) -> None:
    control: Control = next(c for c in attack.controls() if c.kind == kind)
    params = attack.params(**control.params)
    target, roles = control.target(), control.roles()
    artifact = attack().run(grant(target, control.access, control.budget, roles), params=params, seed=0)
    measured = PrivacyReferee().measure(target, roles, artifact, params=params, seed=1)
    first = measured.measurements[0]
    assert first.estimand == "tpr"
    assert first.value >= control.threshold if kind == "positive" else first.value <= control.threshold


def test_scores_that_know_nothing_find_no_more_members_than_they_accuse_outsiders() -> None:
    rng = np.random.default_rng(0)
    member = np.arange(1200) % 2 == 0
    runs = [claimed(rng.standard_normal(1200), member, seed=s).measurements for s in range(60)]
    assert np.mean([m[0].value for m in runs]) == pytest.approx(0.05, abs=0.008)
    assert np.mean([m[-1].low <= 0.5 <= m[-1].high for m in runs]) >= 0.88


def test_a_perfect_score_is_found_perfect() -> None:
    member = np.arange(400) < 200
    measured = claimed(member.astype(float), member)
    assert measured.measurements[0].value == 1
    assert measured.arrays["reached"].all()
    assert (measured.arrays["size"] < 0.05).all()


def test_a_rate_too_low_for_the_data_is_refused_and_the_lowest_allowed_one_measured() -> None:
    member = np.arange(400) < 200
    measured = claimed(np.random.default_rng(1).standard_normal(400), member, fpr=0.01)
    assert measured.measurements[0].at == {"fpr": 0.05}
    (flag,) = measured.flags
    assert flag.id == "fpr_too_low_for_n"
    assert "1000 non-members" in flag.detail


def test_lower_rates_of_the_ladder_are_added_where_the_data_allow_them() -> None:
    member = np.arange(20200) < 200
    measured = claimed(np.random.default_rng(2).standard_normal(20200), member, fpr=0.01)
    assert [m.at["fpr"] for m in measured.measurements if m.estimand == "tpr"] == [0.01, 0.001]


def test_nan_and_infinity_do_not_break_the_ranks() -> None:
    member = np.arange(400) < 200
    scores = np.random.default_rng(3).standard_normal(400)
    scores[:5], scores[5:9], scores[300:304] = np.nan, np.inf, -np.inf
    measured = claimed(scores, member)
    assert np.isfinite(measured.arrays["roc_tpr"]).all()
    assert measured.arrays["reached"][5:9].all()
    assert not measured.arrays["reached"][:5].any()


def test_arrays_speak_of_members_only() -> None:
    member = np.arange(400) < 150
    measured = claimed(np.random.default_rng(4).standard_normal(400), member)
    reached, size = measured.arrays["reached"], measured.arrays["size"]
    assert reached.shape == size.shape == measured.arrays["tries"].shape == (150,)
    assert np.isinf(size[~reached]).all()


def test_scores_for_other_records_are_an_error() -> None:
    with pytest.raises(ValueError, match="400 records were to be scored"):
        claimed(np.zeros(399), np.arange(400) < 200)


def test_tries_are_what_was_metered_with_the_population_whatever_is_claimed() -> None:
    member, own = np.arange(400) < 200, np.r_[np.full(200, 2), np.full(200, 1)]
    scores = np.random.default_rng(5).standard_normal(400)
    seen = Watched(metered=own, queries=int(own.sum()) + 30)
    for lie in (-5, 10**9, "none", None):
        measured = claimed(scores, member, watched=seen, queries_per_record=lie)
        assert (measured.arrays["tries"] == 32).all()
    assert (claimed(scores, member, queries_per_record=-5).arrays["tries"] == 1).all()


def test_records_that_could_not_be_paid_for_raise_a_flag() -> None:
    member, own = np.arange(400) < 200, np.r_[np.ones(300, int), np.zeros(100, int)]
    scores = np.random.default_rng(5).standard_normal(400)
    for total, raised in ((300, ["budget_ran_out"]), (1000, [])):
        seen = Watched(budget=Budget(queries_per_example=1, queries=total), metered=own, queries=300)
        assert [f.id for f in claimed(scores, member, watched=seen).flags] == raised


def test_the_method_says_where_the_interval_comes_from() -> None:
    member = np.arange(400) < 200
    tpr, fpr = claimed(np.random.default_rng(5).standard_normal(400), member).measurements[:2]
    assert "order statistics" in tpr.method
    assert "tolerance interval" in fpr.method
    assert fpr.low < 0.05 < fpr.high


def test_a_threshold_set_on_half_the_outsiders_is_tried_on_the_other_half() -> None:
    member = np.arange(4000) < 2000
    scores = np.random.default_rng(6).standard_normal(4000) + 2 * member
    measured = claimed(scores, member, fpr=0.01)
    told, accused = (
        next(m for m in measured.measurements if m.estimand == e) for e in ("told_apart", "falsely_accused")
    )
    assert (told.at, told.n, accused.n) == ({"fpr": 0.01}, 2000, 1000)
    assert accused.low <= 0.01
    tpr = next(m for m in measured.measurements if m.estimand == "tpr")
    assert 0.1 < told.low < told.value <= tpr.value


def test_the_most_exposed_members_come_first_with_their_risk_and_place() -> None:
    rng = np.random.default_rng(7)
    member, scores = np.arange(400) % 2 == 0, rng.standard_normal(400)
    scores[[40, 12]] = 9.0, 8.0
    data = Data.of(rng.random((400, 3), np.float32), rng.integers(3, size=400))
    roles = Roles(probe=data, secrets={"member": member, "row": np.arange(400) + 1000})
    artifact = Artifact("membership_scores", {"scores": scores})
    found = PrivacyReferee().measure(None, roles, artifact, params=LossThresholdParams(fpr=0.05), seed=1).arrays
    assert found["exposed_row"][:2].tolist() == [1040, 1012]
    assert np.array_equal(found["example_record"][0], data.x[40])
    assert found["example_label"][0] == data.y[40]
    assert found["exposed_fpr"][0] == 1 / 201
    assert (np.diff(found["exposed_fpr"]) >= 0).all()
