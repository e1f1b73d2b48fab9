"""Each way an attack can be fooled raises its own flag, and clean models raise none."""

from __future__ import annotations

import numpy as np
import pytest

from bartizan.attacks.evasion.doubts import lost_in_8_bits, raise_if
from bartizan.attacks.evasion.params import EvasionParams
from bartizan.attacks.evasion.referee import EvasionReferee
from bartizan.core.artifact import Artifact, Measured
from bartizan.core.data import Data, Roles
from bartizan.core.target import Target, TargetInfo
from bartizan.numerics.linear import LinearTarget

torch = pytest.importorskip("torch")

N = 40
W = np.random.default_rng(0).normal(size=(16, 3))


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


def judged(target: Target, data: Data, *, signal: str = "gradients", **arrays: np.ndarray) -> Measured:
    """What the referee says of an attack that hands over `arrays`; left out: the examples themselves."""
    claims = {"signal": signal, **arrays.pop("claims", {})}
    handed = {"changed": data.x, "smallest": data.x, "tries": np.ones(N, np.int64), **arrays}
    params = EvasionParams(norm="linf", eps=0.02)
    return EvasionReferee().measure(
        target, Roles(probe=data), Artifact("perturbed_inputs", handed, claims), params=params, seed=0
    )


def flags(measured: Measured) -> set[str]:
    return {f.id for f in measured.flags}


def test_a_clean_model_well_attacked_raises_no_flag():
    from bartizan.attacks.evasion.apgd import Apgd
    from bartizan.core.access import Access, Budget
    from bartizan.core.view import grant

    target = LinearTarget(W, -0.5 * W.sum(0), input_shape=(1, 4, 4))
    data = images(target)
    for norm, eps in (("linf", 0.02), ("linf", 0.1), ("l2", 0.1)):
        params = Apgd.params(norm=norm, eps=eps)
        view = grant(target, Access(capabilities=("logits",)), Budget(), Roles(probe=data))
        artifact = Apgd().run(view, params=params, seed=0)
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
    assert "noise_beats_attack" not in flags(judged(target, data, signal="noise"))


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


def test_claims_of_having_searched_everywhere_are_held_against_the_attack():
    target = LinearTarget(W, -0.5 * W.sum(0), input_shape=(1, 4, 4))
    data = images(target)
    assert "unbounded_not_total" in flags(judged(target, data, claims={"unbounded": True}))
    assert "unbounded_not_total" not in flags(judged(target, data, claims={"unbounded": False}))


def test_scores_that_do_not_move():
    target = LinearTarget(W, -0.5 * W.sum(0), input_shape=(1, 4, 4))
    data = images(target)
    assert "flat_scores" in flags(judged(target, data, signal="scores", claims={"flat_scores": 0.9}))
    assert "flat_scores" not in flags(judged(target, data, signal="scores", claims={"flat_scores": 0.1}))
    assert "flat_scores" not in flags(judged(target, data, signal="labels", claims={"flat_scores": 0.9}))


def test_successes_that_an_image_file_would_lose():
    assert [f.id for f in lost_in_8_bits(2, 20)] == ["lost_in_8_bits"]
    assert lost_in_8_bits(10, 20) == lost_in_8_bits(0, 0) == []


@pytest.mark.parametrize(("k", "n", "raised"), [(0, 100, False), (2, 100, False), (6, 100, True), (2, 2, True)])
def test_only_what_is_clearly_more_than_a_hundredth_is_worth_a_flag(k, n, raised):
    assert bool(raise_if("x", k, n, "examples")) is raised
