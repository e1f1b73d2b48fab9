from dataclasses import replace

import numpy as np
import pytest

from bartizan.attacks.privacy.controls import candidates, memoriser
from bartizan.attacks.privacy.rmia import Rmia, RmiaParams, membership_masks, reference_seed
from bartizan.core.access import Access, Budget
from bartizan.core.data import Roles
from bartizan.core.errors import DataError
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability

ACCESS = Access(capabilities=(Capability.SCORES, Capability.RECIPE))
PARAMS = RmiaParams(population=200)


def test_it_trains_its_references_and_asks_once_a_record() -> None:
    view = grant(memoriser(), ACCESS, Budget(queries_per_example=1, queries=1200), candidates())
    artifact = Rmia().run(view, params=PARAMS, seed=0)
    assert view.meter.retrainings == 4
    assert view.meter.queries == 1000 + 200
    assert artifact.arrays["scores"].shape == (1000,)


def test_same_seed_same_scores() -> None:
    runs = [
        Rmia().run(grant(memoriser(), ACCESS, Budget(), candidates()), params=PARAMS, seed=s).arrays["scores"]
        for s in (0, 0, 1)
    ]
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_the_population_is_paid_for_before_the_records() -> None:
    view = grant(memoriser(), ACCESS, Budget(queries=230), candidates())
    scores = Rmia().run(view, params=PARAMS, seed=0).arrays["scores"]
    assert view.meter.queries == 230
    assert (scores[30:] == scores.min()).all()


def test_masks_are_balanced_coins_that_never_leave_a_record_one_sided() -> None:
    masks = membership_masks(4, 5000, seed=3)
    assert masks.mean() == pytest.approx(0.5, abs=0.02)
    assert set(masks.sum(axis=0).tolist()) == {1, 2, 3}
    assert membership_masks(1, 100, seed=3).shape == (1, 100)


def test_reference_seeds_differ_and_are_ordinary_numbers() -> None:
    seeds = [reference_seed(0, m) for m in range(16)]
    assert len(set(seeds)) == 16
    assert all(0 <= s < 2**31 for s in seeds)


def test_without_population_it_says_what_is_missing() -> None:
    roles = Roles(probe=candidates().probe)
    with pytest.raises(DataError, match="give the model a test set"):
        Rmia().run(grant(memoriser(), ACCESS, Budget(), roles), params=PARAMS, seed=0)


def test_the_secret_does_not_reach_it() -> None:
    told = candidates()
    turned = replace(told, secrets={"member": ~told.secrets["member"]})
    scores = [
        Rmia().run(grant(memoriser(), ACCESS, Budget(), roles), params=PARAMS, seed=0).arrays["scores"]
        for roles in (told, turned)
    ]
    assert np.array_equal(*scores)


def test_its_population_is_part_of_what_it_asks_for() -> None:
    free = Profile(model="m", retrainable=True)
    wanted, _ = Rmia().propose(free, "standard")
    assert (wanted.queries_per_example, wanted.queries) == (1, wanted.examples + 1000)
    tight, _ = Rmia().propose(free.model_copy(update={"queries": 1000}), "standard")
    assert (tight.queries, tight.examples, tight.params["population"]) == (1000, 750, 250)
    with pytest.raises(NotApplicable, match="lets an actor ask 1 times"):
        Rmia().propose(free.model_copy(update={"queries": 1}), "standard")


def test_the_effort_quick_has_its_score_within_another_attack() -> None:
    with pytest.raises(NotApplicable, match="part of membership_fusion"):
        Rmia().propose(Profile(model="m", retrainable=True), "quick")


def test_it_needs_a_recipe() -> None:
    with pytest.raises(NotApplicable, match="no retrain function"):
        Rmia().propose(Profile(model="m"), "quick")
    assert len(Rmia().propose(Profile(model="m", retrainable=True), "deep")) == 2
