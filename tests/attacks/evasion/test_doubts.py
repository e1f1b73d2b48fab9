"""Each way an attack can be fooled raises its own flag, and clean models raise none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bartizan.attacks.evasion.doubts import lost_in_8_bits, raise_if
from bartizan.attacks.evasion.params import EvasionParams
from bartizan.attacks.evasion.referee import EvasionReferee
from bartizan.core.access import Access, Budget, Output
from bartizan.core.artifact import Artifact, Measured, Watched
from bartizan.core.data import Data, Roles
from bartizan.core.target import Target, TargetInfo
from bartizan.numerics.linear import LinearTarget

torch = pytest.importorskip("torch")

N = 40
W = np.random.default_rng(0).normal(size=(16, 3))
INSIDE = Watched(Access(capabilities=("logits",)))


class Masked(Target):
    """A linear model of 4×4 images behind something that is done to inputs (`before`) or to logits (`after`)."""

    def __init__(self, before=lambda x: x, after=lambda z: z):
        self.before, self.after = before, after
        self.W = torch.from_numpy(W.astype(np.float32))
        self.info = TargetInfo(
            id="masked", input_shape=(1, 4, 4), classes=3, bounds=(0.0, 1.0), differentiable=True, digest="m"
        )

    def logits(self, x):
        return self.after((self.before(x) - 0.5).flatten(1) @ self.W)

    def scores(self, x):
        with torch.no_grad():
            return self.logits(torch.from_numpy(x)).softmax(1).numpy()


def images(target: Target, shift: float = 0.0) -> Data:
    x = np.random.default_rng(1).uniform(0.3, 0.7, size=(N, 1, 4, 4)).astype(np.float32)
    x[..., 0, 0] += shift
    return Data.of(x, target.labels(x))


def judged(target: Target, data: Data, watched: Watched = INSIDE, eps: float = 0.02, **arrays: np.ndarray) -> Measured:
    """What the referee says of an attack that hands over `arrays`; left out: the examples themselves."""
    claims = {"signal": "noise", "unbounded": False, "flat_scores": 0.0, "tries_unit": "wishes"}
    handed = {"changed": data.x, "smallest": data.x, "tries": np.ones(N, np.int64), **arrays}
    artifact = Artifact("perturbed_inputs", handed, claims, watched)
    params = EvasionParams(norm="linf", eps=eps)
    return EvasionReferee().measure(target, Roles(probe=data), artifact, params=params, seed=0)


def granted(*capabilities: str, baseline: bool = False, **limits: int) -> Watched:
    """What the runner saw of an attack with this access that asked each example 7 times."""
    access, metered = Access(capabilities=capabilities), np.full(N, 7, np.int64)
    return Watched(access, Budget(**limits), baseline, metered=metered, queries=7 * N)


def flags(measured: Measured) -> set[str]:
    return {f.id for f in measured.flags}


def test_a_clean_model_well_attacked_raises_no_flag():
    from bartizan.attacks.evasion.apgd import Apgd
    from bartizan.core.view import grant

    target = LinearTarget(W, -0.5 * W.sum(0), input_shape=(1, 4, 4))
    data = images(target)
    for norm, eps in (("linf", 0.02), ("linf", 0.1), ("l2", 0.1)):
        params = Apgd.params(norm=norm, eps=eps)
        view = grant(target, Access(capabilities=("logits",)), Budget(), Roles(probe=data))
        artifact = replace(Apgd().run(view, params=params, seed=0), watched=view.watched())
        assert flags(EvasionReferee().measure(target, Roles(probe=data), artifact, params=params, seed=0)) == set()


def test_rounding_inside_the_model_hides_gradients():
    target = Masked(before=lambda x: (x * 8).round() / 8)
    assert "zero_gradients" in flags(judged(target, images(target)))


def test_a_saturated_softmax_before_the_output_is_told_twice():
    target = Masked(after=lambda z: (z * 1000).softmax(1))
    assert {"softmax_output", "zero_gradients"} <= flags(judged(target, images(target)))


def test_infinite_gradients():
    target = Masked(after=lambda z: z + (z * 0).abs().sqrt())
    assert "zero_gradients" in flags(judged(target, images(target)))


def test_an_attack_that_does_nothing_is_beaten_by_noise_and_by_a_single_step():
    target = LinearTarget(W, -0.5 * W.sum(0), input_shape=(1, 4, 4))
    x = np.full((N, 1, 4, 4), 0.5, np.float32) + np.random.default_rng(2).normal(size=(N, 1, 4, 4)) * 1e-3
    data = Data.of(x.astype(np.float32), target.labels(x.astype(np.float32)))
    assert {"noise_beats_attack", "single_step_beats_attack"} <= flags(judged(target, data))
    assert "noise_beats_attack" in flags(judged(target, data, granted("labels")))
    assert "noise_beats_attack" not in flags(judged(target, data, granted("labels", baseline=True)))


def test_a_model_that_changes_its_answers():
    generator = torch.Generator().manual_seed(0)
    target = Masked(after=lambda z: z + torch.randn(z.shape, generator=generator))
    assert "nondeterministic_model" in flags(judged(target, images(target)))


def test_smaller_changes_that_succeed_where_the_stated_size_did_not():
    target = LinearTarget(W, -0.5 * W.sum(0), input_shape=(1, 4, 4))
    data = images(target)
    far = (1 - data.x).astype(np.float32)
    near = (0.5 + (data.x - 0.5) * 1e-3).astype(np.float32)
    close = Data.of(near, target.labels(near))
    flipped = (0.5 - (near - 0.5)).astype(np.float32)
    measured = judged(target, close, smallest=flipped)
    assert "not_monotone" in flags(measured)
    assert measured.arrays["reached"].all()
    assert "not_monotone" not in flags(judged(target, data, smallest=far))


def test_gradients_and_no_limit_must_turn_every_decision_whatever_is_claimed():
    target = LinearTarget(W, -0.5 * W.sum(0), input_shape=(1, 4, 4))
    data = images(target)
    for watched, raised in ((INSIDE, True), (granted("weights"), True), (granted("scores"), False)):
        assert ("unbounded_not_total" in flags(judged(target, data, watched))) is raised
    assert "unbounded_not_total" not in flags(judged(target, data, granted("logits", queries_per_example=7)))


def test_scores_that_do_not_move_are_found_by_asking():
    target = LinearTarget(W, -0.5 * W.sum(0), input_shape=(1, 4, 4))
    data, sees = images(target, shift=0.2), granted("scores")
    one_hot = replace(sees, access=Access(capabilities=("scores",), output=Output(kind="label")))
    coarse = replace(sees, access=Access(capabilities=("scores",), output=Output(kind="rounded", decimals=0)))
    for flat in (one_hot, coarse):
        assert "flat_scores" in flags(judged(target, data, flat, eps=1e-4))
    assert "flat_scores" not in flags(judged(target, data, sees, eps=1e-3))
    assert "flat_scores" not in flags(judged(target, data, granted("labels"), eps=1e-4))


def test_who_was_given_less_than_others_has_not_held_out():
    target = LinearTarget(W, -0.5 * W.sum(0), input_shape=(1, 4, 4))
    data, metered = images(target), np.full(N, 7, np.int64)
    metered[N // 2 :] = 0
    spent = int(metered.sum())
    for total, raised in ((spent, True), (spent + N // 2, True), (spent + 10 * N, False), (None, False)):
        watched = replace(granted("scores", queries=total), metered=metered, queries=spent)
        assert ("budget_ran_out" in flags(judged(target, data, watched))) is raised, total
    full = granted("scores", queries=7 * N, queries_per_example=7)
    assert "budget_ran_out" not in flags(judged(target, data, full))


@pytest.mark.parametrize(
    ("access", "unit", "tries"), [("labels", "queries", 7), ("weights", "passes", 1), ("", "attempts", 1)]
)
def test_tries_are_those_of_the_meter_and_their_unit_that_of_the_access(access, unit, tries):
    target = LinearTarget(W, -0.5 * W.sum(0), input_shape=(1, 4, 4))
    measured = judged(target, images(target), granted(*filter(None, [access])))
    assert measured.tries_unit == unit
    assert (measured.arrays["tries"][~measured.arrays["reached"]] == tries).all()


def test_successes_that_an_image_file_would_lose():
    assert [(f.id, f.against) for f in lost_in_8_bits(2, 20)] == [("lost_in_8_bits", "successes")]
    assert lost_in_8_bits(10, 20) == lost_in_8_bits(0, 0) == []


@pytest.mark.parametrize(("k", "n", "raised"), [(0, 100, False), (2, 100, False), (6, 100, True), (2, 2, True)])
def test_only_what_is_clearly_more_than_a_hundredth_is_worth_a_flag(k, n, raised):
    assert bool(raise_if("x", k, n, "examples")) is raised
