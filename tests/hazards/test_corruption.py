"""Every corruption: what it does, what it must not do, and its controls through the referee."""

import numpy as np
import pytest

from bartizan.core import plugins
from bartizan.core.access import Access, Budget
from bartizan.core.data import Data, Feature, Roles
from bartizan.core.errors import UsageError
from bartizan.core.profile import Condition, NotApplicable, Profile
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.hazards.corruption import Corruption, Scene
from bartizan.hazards.feature_shift import FeatureShift
from bartizan.hazards.odd_exit import corruption_named
from bartizan.hazards.referee import HazardReferee
from bartizan.numerics.linear import LinearTarget

IMAGES = ("gaussian_noise", "brightness", "contrast", "blur", "rotation")
SCENE = Scene(bounds=(0.0, 1.0))


def images(n=6):
    rng = np.random.default_rng(0)
    return rng.uniform(0.1, 0.9, (n, 1, 12, 12)).astype(np.float32)


def corrupt(kind, x, severity, seed=0, scene=SCENE):
    rng = np.random.default_rng(seed)
    return corruption_named(kind).corrupt(x, np.full(len(x), severity), rng=rng, scene=scene)


def test_all_are_found():
    assert {*IMAGES, "feature_shift", "odd_exit"} <= set(plugins.plugins("hazards"))


@pytest.mark.parametrize("kind", IMAGES)
def test_the_neutral_severity_changes_nothing_and_more_changes_more(kind):
    x, neutral = images(), corruption_named(kind).neutral
    sizes = [np.abs(corrupt(kind, x, neutral + s) - x).mean() for s in (0.0, 0.3, 0.9)]
    assert sizes[0] < 1e-6
    assert sizes[0] < sizes[1] < sizes[2]


@pytest.mark.parametrize("kind", IMAGES)
def test_corrupted_images_keep_shape_type_and_bounds_and_leave_the_original_alone(kind):
    x = images()
    kept = x.copy()
    changed = corrupt(kind, x, corruption_named(kind).neutral + 3.0)
    assert changed.shape == x.shape
    assert changed.dtype == np.float32
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert np.array_equal(x, kept)


def test_noise_has_the_stated_standard_deviation():
    x = np.full((4, 1, 50, 50), 0.5, np.float32)
    assert (corrupt("gaussian_noise", x, 0.05) - x).std() == pytest.approx(0.05, rel=0.03)


def test_a_quarter_turn_is_a_quarter_turn():
    x = images()
    assert np.allclose(corrupt("rotation", x, 90.0), np.rot90(x, 1, axes=(2, 3)), atol=1e-5)


def test_blur_keeps_the_mean_and_lowers_the_spread():
    x = images()
    blurred = corrupt("blur", x, 1.0)
    assert blurred.mean() == pytest.approx(x.mean(), abs=0.02)
    assert blurred.std() < x.std() / 2


FEATURES = (
    Feature(name="age", type="integer", low=0, high=100),
    Feature(name="income", low=0.0, high=10.0),
    Feature(name="kind", type="categorical", values=(0.0, 0.5, 1.0)),
    Feature(name="flag", type="binary"),
)


def table(n=400):
    rng = np.random.default_rng(1)
    columns = [rng.integers(0, 100, n), rng.uniform(0, 10, n), rng.choice([0, 0.5, 1], n), rng.integers(0, 2, n)]
    return np.stack(columns, axis=1).astype(np.float32)


def test_feature_noise_keeps_types_ranges_and_allowed_values():
    x = table()
    shifted = corrupt("feature_shift", x, 0.3, scene=Scene(features=FEATURES))
    assert np.array_equal(shifted[:, 0], np.rint(shifted[:, 0]))
    assert shifted[:, 0].min() >= 0
    assert shifted[:, 0].max() <= 100
    assert set(np.unique(shifted[:, 2])) <= {0.0, 0.5, 1.0}
    assert set(np.unique(shifted[:, 3])) <= {0.0, 1.0}
    assert (shifted[:, 2] != x[:, 2]).mean() == pytest.approx(0.3, abs=0.07)


def test_a_named_feature_moves_by_the_severity_and_no_other_moves():
    x = table()
    shifted = corrupt("feature_shift", x, 2.0, scene=Scene(features=FEATURES, feature="income"))
    assert np.allclose(shifted[:, 1], np.clip(x[:, 1] + 2, 0, 10))
    assert np.array_equal(shifted[:, [0, 2, 3]], x[:, [0, 2, 3]])


def test_an_unknown_feature_is_said_so():
    with pytest.raises(UsageError, match="has no feature 'wage'"):
        corrupt("feature_shift", table(), 1.0, scene=Scene(features=FEATURES, feature="wage"))


@pytest.mark.parametrize("id", sorted([*IMAGES, "feature_shift", "odd_exit"]))
def test_controls_hold_through_the_referee(id):
    hazard = plugins.attack("hazard", id)
    controls = hazard.controls()
    assert {c.kind for c in controls} == {"positive", "negative"}
    for control in controls:
        target, roles = control.target(), control.roles()
        params = hazard.params.model_validate(control.params)
        view = grant(target, control.access, control.budget, roles)
        artifact = hazard.run(view, params=params, seed=1)
        measured = HazardReferee().measure(target, roles, artifact, params=params, seed=1)
        value = next(m.value for m in measured.measurements if m.estimand == control.harm)
        assert (value >= control.threshold) if control.kind == "positive" else (value <= control.threshold)
        assert not measured.flags


def test_a_hazard_never_overspends_and_says_how_far_it_came():
    x = images(5)
    target = LinearTarget(np.ones((144, 2)), input_shape=(1, 12, 12))
    roles = Roles(probe=Data.of(x, np.zeros(5, np.int64)))
    view = grant(target, Access(capabilities=(Capability.LABELS,)), Budget(queries=12), roles)
    hazard = corruption_named("gaussian_noise")
    artifact = hazard.run(view, params=hazard.params(draws=5), seed=0)
    assert view.meter.queries == 10
    assert artifact.arrays["failed"].shape == (5, 2)


def profile(*conditions, modality="image"):
    return Profile(model="m", modality=modality, bounds=(0, 1), conditions=conditions)


def test_one_proposal_for_each_condition_of_the_kind_with_its_distribution():
    skew = Condition(name="skew", kind="rotation", low=-12, high=12, unit="degree", assumed=True)
    light = Condition(name="light", kind="brightness", low=-0.1, high=0.1, distribution={"normal": (0.0, 0.1)})
    rotation, exit_ = plugins.attack("hazard", "rotation"), plugins.attack("hazard", "odd_exit")
    (only,) = rotation.propose(profile(skew, light), "quick")
    params = rotation.params.model_validate(only.params)
    assert (params.condition, params.low, params.high, params.assumed) == ("skew", -12, 12, True)
    beyond = [exit_.params.model_validate(p.params) for p in exit_.propose(profile(skew, light), "quick")]
    assert [(b.kind, b.region) for b in beyond] == [("rotation", "beyond"), ("brightness", "beyond")]


def test_what_does_not_fit_is_not_applicable_with_a_reason():
    rotation = plugins.attack("hazard", "rotation")
    with pytest.raises(NotApplicable, match="no condition of kind rotation"):
        rotation.propose(profile(), "quick")
    with pytest.raises(NotApplicable, match="tabular"):
        rotation.propose(profile(modality="tabular"), "quick")
    with pytest.raises(NotApplicable, match="image"):
        FeatureShift().propose(profile(), "quick")


def test_every_corruption_is_one():
    for id in (*IMAGES, "feature_shift"):
        assert isinstance(plugins.attack("hazard", id), Corruption)


def test_shares_do_not_go_below_zero_and_shifts_do():
    hazard = FeatureShift()
    assert hazard.meaningful(hazard.params(low=0.0, high=0.2))[0] == 0
    assert hazard.meaningful(hazard.params(low=-1.0, high=1.0, feature="income"))[0] == -np.inf
