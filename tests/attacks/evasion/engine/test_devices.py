"""The same attacks on whatever device the model is: those of a GPU are skipped where there is none."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from bartizan.attacks.evasion import minimum_norm, query_attack, robust_accuracy

GPU = pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU"))


@pytest.fixture(params=["cpu", GPU])
def linear(request: pytest.FixtureRequest) -> tuple[nn.Module, np.ndarray, np.ndarray]:
    """A linear model of two classes on each device, inputs around its boundary, and its own labels for them."""
    net = nn.Linear(6, 2)
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[1.0, -1, 1, -1, 1, -1], [-1.0, 1, -1, 1, -1, 1]]))
        net.bias.zero_()
    x = np.random.default_rng(0).uniform(0.3, 0.7, (200, 6)).astype(np.float32)
    y = net(torch.from_numpy(x)).argmax(1).numpy()
    return net.eval().to(request.param), x, y


def test_who_falls_is_what_the_closed_form_says(linear: tuple[nn.Module, np.ndarray, np.ndarray]) -> None:
    """|w·x| / ‖w‖₁ is the least L∞ change that turns x."""
    net, x, y = linear
    distance = np.abs(x @ np.array([1, -1, 1, -1, 1, -1])) / 6
    found = robust_accuracy(net, x, y, eps=0.05, seed=0)
    sure = np.abs(distance - 0.05) > 1e-4
    assert (found.robust == (distance > 0.05))[sure].all()
    assert 0 < found.value < 1


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_smallest_changes_are_those_of_the_closed_form(
    norm: str, linear: tuple[nn.Module, np.ndarray, np.ndarray]
) -> None:
    """|w·x| over the dual norm of w."""
    net, x, y = linear
    dual = {"linf": 6.0, "l2": 6**0.5}[norm]
    distance = np.abs(x @ np.array([1, -1, 1, -1, 1, -1])) / dual
    found = minimum_norm(net, x, y, norm=norm, steps=60, seed=0)
    assert np.median(found.sizes / distance) < 1.03
    assert (found.sizes >= distance * 0.999).all()


def test_bfloat16_early_runs_claim_nothing_false(linear: tuple[nn.Module, np.ndarray, np.ndarray]) -> None:
    """Every success of a coarse run is confirmed in float32."""
    net, x, y = linear
    found = robust_accuracy(net, x, y, eps=0.05, seed=0, coarse_runs=3)
    fell = ~found.robust & found.clean
    with torch.no_grad():
        after = net(torch.from_numpy(found.adversarial).to(net.weight.device)).argmax(1).cpu().numpy()
    assert (after[fell] != y[fell]).all()
    assert found.invalid == 0


def test_answers_can_be_asked(linear: tuple[nn.Module, np.ndarray, np.ndarray]) -> None:
    """The black box sees only what `predict` gives, on the CPU."""
    net, x, y = linear

    def predict(points: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return net(torch.from_numpy(points).to(net.weight.device)).cpu().numpy()

    found = query_attack(predict, x[:20], y[:20], access="scores", norm="linf", eps=0.2, budget=300, seed=0)
    assert found.fell.mean() > 0.9
