import numpy as np
import pytest

from bartizan.attacks.backdoor.controls import CLASSES, backdoored_model, clean_model, no_data
from bartizan.attacks.backdoor.maximum_margin import MaximumMarginParams, MaximumMarginScan
from bartizan.core.access import Access, Budget
from bartizan.core.errors import AccessDenied
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability

pytest.importorskip("torch")
WEIGHTS, LOGITS = Access(capabilities=(Capability.WEIGHTS,)), Access(capabilities=(Capability.LOGITS,))
PARAMS = MaximumMarginParams(starts=3, steps=10)


def scan(access: Access, budget: Budget | None = None, seed: int = 0):  # type: ignore[no-untyped-def]
    view = grant(clean_model(), access, budget or Budget(), no_data())
    return MaximumMarginScan().run(view, params=PARAMS, seed=seed).arrays, view.meter


def test_points_stay_in_bounds_and_every_class_has_its_starts() -> None:
    arrays, meter = scan(WEIGHTS)
    assert np.bincount(arrays["margin_class"]).tolist() == [3] * CLASSES
    assert arrays["margin_inputs"].min() >= 0
    assert arrays["margin_inputs"].max() <= 1
    assert meter.queries == 0


def test_holding_the_weights_or_asking_for_logits_finds_the_same() -> None:
    by_weights, _ = scan(WEIGHTS)
    by_logits, meter = scan(LOGITS)
    assert np.allclose(by_weights["margin_inputs"], by_logits["margin_inputs"])
    assert meter.queries == meter.backwards == CLASSES * 3 * 10


@pytest.mark.parametrize(("queries", "starts"), [(CLASSES * 10 * 2 + 5, 2), (25, 1), (1, 1)])
def test_it_never_overspends(queries: int, starts: int) -> None:
    arrays, meter = scan(LOGITS, Budget(queries=queries))
    assert meter.queries <= queries
    assert len(arrays["margin_class"]) == CLASSES * starts


def test_same_seed_same_points() -> None:
    assert np.array_equal(scan(WEIGHTS)[0]["margin_inputs"], scan(WEIGHTS)[0]["margin_inputs"])
    assert not np.array_equal(scan(WEIGHTS)[0]["margin_inputs"], scan(WEIGHTS, seed=1)[0]["margin_inputs"])


def test_scores_are_not_enough() -> None:
    view = grant(backdoored_model(), Access(capabilities=(Capability.SCORES,)), Budget(), no_data())
    with pytest.raises(AccessDenied):
        MaximumMarginScan().run(view, params=PARAMS, seed=0)


def test_few_classes_have_nothing_to_be_compared_with() -> None:
    profile = Profile(model="m", differentiable=True, bounds=(0, 1), classes=2)
    with pytest.raises(NotApplicable, match="at least 5"):
        MaximumMarginScan().propose(profile, "quick")
    assert MaximumMarginScan().propose(profile.model_copy(update={"classes": 10}), "quick")
