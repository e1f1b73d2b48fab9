"""What each aimed poisoning writes, and at whom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.attacks.poisoning.adversarial_poison import AdversarialPoison
from bartizan.attacks.poisoning.controls import believing, remembering, three_groups
from bartizan.attacks.poisoning.feedback_skew import FeedbackSkew, spread
from bartizan.attacks.poisoning.gradient_matching import GradientMatching, matched_gradients
from bartizan.attacks.poisoning.subpopulation import Subpopulation
from bartizan.attacks.poisoning.targeted_flip import TargetedFlip, toward
from bartizan.attacks.surrogates import own_network
from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Attack
from bartizan.core.data import Data
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.view import View, grant
from bartizan.core.vocabulary import Capability

torch = pytest.importorskip("torch")
AIMED = [TargetedFlip, Subpopulation, GradientMatching, FeedbackSkew]
EVERY = [*AIMED, AdversarialPoison]
SHORT: dict[type[Attack], dict[str, int]] = {
    GradientMatching: {"training": 20, "steps": 5, "networks": 1},
    AdversarialPoison: {"training": 20},
}
CLEAN, PROBE = three_groups().writable, three_groups().probe


def written(cls: type[Attack], records: int | None = 30, **params: Any) -> tuple[dict[str, Any], View]:
    view = grant(believing(), Access(capabilities=(Capability.DATA_WRITE,)), Budget(records=records), three_groups())
    chosen = cls.params(**({"doses": (0.05, 0.1)} | SHORT.get(cls, {}) | params))
    return cls().run(view, params=chosen, seed=0).arrays, view


@pytest.mark.parametrize("cls", EVERY, ids=lambda c: c.spec.id)
def test_it_keeps_to_the_budget_and_asks_nothing(cls: type[Attack]) -> None:
    a, view = written(cls)
    assert len(a["index"]) == len(np.unique(a["index"])) == 30
    assert a["doses"].tolist() == [20, 30]
    assert view.meter.queries == view.meter.retrainings == 0


@pytest.mark.parametrize("cls", EVERY, ids=lambda c: c.spec.id)
def test_nothing_may_be_written_so_nothing_is(cls: type[Attack]) -> None:
    assert len(written(cls, records=0)[0]["index"]) == 0


@pytest.mark.parametrize("cls", AIMED, ids=lambda c: c.spec.id)
def test_those_aimed_at_are_of_one_class_and_shall_get_another(cls: type[Attack]) -> None:
    a, _ = written(cls)
    assert len(a["victim"]) > 0
    assert len(np.unique(PROBE.y[a["victim"]])) == len(np.unique(a["wanted"])) == 1
    assert PROBE.y[a["victim"]][0] != a["wanted"][0]


@pytest.mark.parametrize("cls", EVERY, ids=lambda c: c.spec.id)
def test_the_effort_quick_leaves_it_out_and_deep_has_ten_seeds(cls: type[Attack]) -> None:
    profile = Profile(model="m", retrainable=True, bounds=(0, 1), classes=10)
    with pytest.raises(NotApplicable, match="--effort"):
        cls().propose(profile, "quick")
    (deep,) = cls().propose(profile, "deep")
    assert deep.params["seeds"] >= 10


def test_a_flip_goes_from_one_class_to_one_the_nearest_first() -> None:
    a, _ = written(TargetedFlip, source_class=1, target_class=2)
    assert (CLEAN.y[a["index"]] == 1).all()
    assert (a["y"] == 2).all()
    rows = toward(CLEAN, 1, 2)
    far = ((CLEAN.x[rows] - CLEAN.x[CLEAN.y == 2].mean(axis=0)) ** 2).sum(axis=(1, 2, 3))
    assert (np.diff(far) >= 0).all()


def test_a_group_is_copied_with_a_wrong_label_and_its_own_records_are_left() -> None:
    a, _ = written(Subpopulation, groups=3)
    group = PROBE.y[a["victim"]][0]
    assert (a["y"] != group).all()
    known = set(CLEAN.take(CLEAN.y == group).contents())
    assert (CLEAN.y[a["index"]] != group).sum() > 20
    assert set(Data.of(a["x"], a["y"]).contents()) <= known


@pytest.mark.parametrize("cls", [GradientMatching, AdversarialPoison], ids=lambda c: c.spec.id)
def test_labels_stay_right_and_changes_within_eps(cls: type[Attack]) -> None:
    a, _ = written(cls, eps=0.1)
    assert np.array_equal(a["y"], CLEAN.y[a["index"]])
    moved = np.abs(a["x"] - CLEAN.x[a["index"]])
    assert 0.02 < moved.max() <= 0.1 + 1e-6
    assert (a["x"].min() >= 0, a["x"].max() <= 1) == (True, True)


def test_matching_turns_the_gradient_towards_the_victims() -> None:
    net = own_network(CLEAN.x, CLEAN.y, 3, 0, steps=60)
    rows = np.flatnonzero(CLEAN.y == 1)[:10]
    victim = PROBE.x[PROBE.y == 0][:1]

    def cosine(x: np.ndarray) -> float:
        from bartizan.attacks.poisoning.gradient_matching import _gradient

        aim = _gradient(net, torch.from_numpy(victim), torch.tensor([1]))
        pull = _gradient(net, torch.from_numpy(x), torch.from_numpy(CLEAN.y[rows]))
        return float(torch.nn.functional.cosine_similarity(aim, pull, dim=0))

    moved = matched_gradients([net], CLEAN.x[rows], CLEAN.y[rows], victim, 1, 0.3, (0.0, 1.0), 30, 0)
    assert cosine(moved) > cosine(CLEAN.x[rows]) + 0.1


def test_every_prefix_of_the_feedback_is_spread_over_all_rounds() -> None:
    index = spread(100, 400, 3, 60, seed=0)
    assert len(np.unique(index)) == 60
    assert (index >= 100).all()
    for n in (3, 30, 60):
        assert np.bincount((index[:n] - 100) // 100, minlength=3).tolist() == [n // 3] * 3


def test_the_model_it_is_tried_on_reads_clean_images() -> None:
    assert (remembering().labels(PROBE.x) == PROBE.y).mean() > 0.9
