import numpy as np
import pytest

from bartizan.attacks.backdoor.controls import CLASSES, DIM, backdoored_model, clean_model, clean_samples
from bartizan.attacks.backdoor.inhand.settings import ScanSettings
from bartizan.attacks.backdoor.model_in_hand import ModelInHand
from bartizan.attacks.backdoor.referee import BackdoorReferee
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact, Measured
from bartizan.core.data import Data, Roles
from bartizan.core.errors import AccessDenied
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.target import Target
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

pytest.importorskip("torch")
WEIGHTS, LOGITS = Access(capabilities=(Capability.WEIGHTS,)), Access(capabilities=(Capability.LOGITS,))
PARAMS = ScanSettings(patch=2 / 64, starts=2, climbs=20, steps=60, batch=8, tables=True)


def scan(access: Access = WEIGHTS, budget: Budget | None = None, seed: int = 0, roles: Roles | None = None):  # type: ignore[no-untyped-def]
    view = grant(backdoored_model(), access, budget or Budget(), roles or clean_samples())
    return ModelInHand().run(view, params=PARAMS, seed=seed), view.meter


def judged(subject: Target, artifact: Artifact, roles: Roles | None = None) -> Measured:
    return BackdoorReferee().measure(subject, roles or clean_samples(), artifact, params=PARAMS, seed=0)


def few(n: int) -> Roles:
    return Roles(probe=clean_samples().probe.take(slice(0, n)), auxiliary=clean_samples().auxiliary.take(slice(0, n)))


def test_margins_and_triggers_come_from_bounds_and_every_class_has_its_starts() -> None:
    arrays, meter = scan()[0].arrays, scan()[1]
    assert np.bincount(arrays["margin_class"].astype(int)).tolist() == [2] * CLASSES
    assert 0 <= arrays["margin_inputs"].min() <= arrays["margin_inputs"].max() <= 1  # type: ignore[operator]
    assert arrays["patch.mask"].shape == (CLASSES + 1, 1, DIM)
    assert set(np.unique(arrays["patch.mask"])) == {0, 1}
    assert meter.queries == 0


def test_holding_the_weights_or_asking_for_logits_finds_the_same() -> None:
    (by_weights, _), (by_logits, meter) = scan(WEIGHTS), scan(LOGITS)
    for name in by_weights.arrays:
        assert np.allclose(by_weights.arrays[name], by_logits.arrays[name], atol=1e-4), name
    assert meter.queries > 0


@pytest.mark.parametrize("queries", [1, 500, 3000, 9000])
def test_it_never_overspends_and_says_what_it_could_not_do(queries: int) -> None:
    artifact, meter = scan(LOGITS, Budget(queries=queries))
    assert meter.queries <= queries
    flags = [f.id for f in judged(backdoored_model(), artifact).flags]
    assert ("scan_margins_only" in flags) is ("patch.mask" not in artifact.arrays)


def test_same_seed_same_triggers() -> None:
    one, two, other = scan()[0], scan()[0], scan(seed=1)[0]
    assert np.array_equal(one.arrays["shift.shift"], two.arrays["shift.shift"])
    assert not np.array_equal(one.arrays["shift.shift"], other.arrays["shift.shift"])


def test_scores_are_not_enough() -> None:
    view = grant(backdoored_model(), Access(capabilities=(Capability.SCORES,)), Budget(), clean_samples())
    with pytest.raises(AccessDenied):
        ModelInHand().run(view, params=PARAMS, seed=0)


def test_two_classes_have_nothing_to_be_compared_with() -> None:
    profile = Profile(model="m", differentiable=True, bounds=(0, 1), classes=2)
    with pytest.raises(NotApplicable, match="at least 3"):
        ModelInHand().propose(profile, "quick")
    assert ModelInHand().propose(profile.model_copy(update={"classes": 10}), "quick")


def test_the_planted_class_is_named_with_its_trigger() -> None:
    measured = judged(backdoored_model(), scan()[0])
    assert np.flatnonzero(measured.arrays["flagged"]).tolist() == [5]
    success = next(m for m in measured.measurements if m.estimand == "inverted_success")
    assert (success.at["class"], success.low > 0.9) == (5, True)
    assert np.asarray(measured.arrays["trigger_mask"])[0, -4:].sum() >= 1, "the patch lies where the trigger is"
    assert (measured.arrays["example_after"] == 5).all()


def test_a_scan_never_clears_a_model() -> None:
    view = grant(clean_model(), WEIGHTS, Budget(), clean_samples())
    measured = judged(clean_model(), ModelInHand().run(view, params=PARAMS, seed=0))
    assert (measured.measurements[0].value, measured.measurements[0].high) == (0, 1)
    assert [f.id for f in measured.flags] == ["scan_null_uncalibrated"]


@pytest.mark.parametrize("roles", [few(40), Roles(probe=few(40).probe)])
def test_with_few_clean_samples_a_margin_raises_suspicion_and_convicts_nobody(roles: Roles) -> None:
    measured = judged(backdoored_model(), scan(roles=roles)[0], roles)
    assert measured.measurements[0].value == 0
    assert {"scan_margins_only", "scan_suspicion"} <= {f.id for f in measured.flags}


def test_samples_of_one_class_invert_nothing() -> None:
    one = clean_samples().auxiliary
    one = Data.of(one.x, np.zeros(len(one), np.int64))
    artifact, _ = scan(roles=Roles(probe=one, auxiliary=one))
    assert "patch.mask" not in artifact.arrays


def test_a_trigger_larger_than_its_family_is_cut_down_before_it_counts() -> None:
    honest = scan()[0]
    large = {"patch.mask": np.ones((CLASSES + 1, 1, DIM), np.float32), "shift.shift": np.full((9, 1, DIM), 9.0)}
    a = judged(clean_model(), Artifact("inverted_triggers", honest.arrays | large)).arrays
    assert np.asarray(a["success_patch"]).max() < 0.3
    assert np.asarray(a["success_shift"]).max() < 0.3


def test_margins_out_of_bounds_do_not_count() -> None:
    x = np.full((CLASSES, DIM), 0.5, np.float32)
    x[5] = 50.0
    artifact = Artifact("inverted_triggers", {"margin_inputs": x, "margin_class": np.arange(CLASSES)})
    measured = judged(backdoored_model(), artifact)
    assert np.asarray(measured.arrays["margins"])[5] == 0
    assert "invalid_examples" in [f.id for f in measured.flags]


def test_three_classes_are_too_few_for_margins() -> None:
    artifact = Artifact(
        "inverted_triggers", {"margin_inputs": np.ones((3, 64), np.float32), "margin_class": np.arange(3)}
    )
    measured = judged(LinearTarget(np.eye(64, 3) * 50), artifact, few(40))
    assert measured.measurements[0].value == 0
    assert "scan_needs_more_classes" in [f.id for f in measured.flags]


def test_without_a_null_a_model_of_a_table_is_suspected_at_most() -> None:
    usual = PARAMS.model_copy(update={"tables": False})
    measured = BackdoorReferee().measure(backdoored_model(), clean_samples(), scan()[0], params=usual, seed=0)
    assert measured.measurements[0].value == 0
    assert "a clean model can do too" in {f.id: f.detail for f in measured.flags}["scan_suspicion"]
