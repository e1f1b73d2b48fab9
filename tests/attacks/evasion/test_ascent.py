from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from bartizan.attacks.evasion.ascent import apgd, checkpoints  # noqa: E402
from bartizan.numerics.projections import size_of  # noqa: E402


def climb(logits, x0, y, *, norm="linf", eps=0.1, steps=20, loss="margin", seed=0, **more):
    rows = np.arange(len(y), dtype=np.int64)
    return apgd(
        lambda x, _: logits(x), x0, y, rows, norm=norm, eps=eps, bounds=(0.0, 1.0), steps=steps, loss=loss,
        start=more.pop("start", x0), generator=torch.Generator().manual_seed(seed), **more,
    )  # fmt: skip


def linear(seed=0, d=12, k=3):
    g = torch.Generator().manual_seed(seed)
    W = torch.randn(d, k, generator=g)
    x = 0.5 + 0.1 * torch.rand(8, d, generator=g)
    y = (x @ W).argmax(1)
    return W, x, y


def test_checkpoints_are_those_of_the_paper():
    assert checkpoints(100) == [22, 41, 57, 70, 80, 87, 93, 99]


def test_one_step_on_a_linear_model_is_the_fast_gradient_sign():
    W, x, y = linear(k=2)
    out = climb(lambda x: x @ W, x, y, steps=1, eps=0.01, stop=False)
    direction = (W[:, 1] - W[:, 0])[None] * (1 - 2 * y.float())[:, None]
    assert torch.allclose(out.x, x + 0.01 * direction.sign(), atol=1e-6)


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_reaches_the_optimum_of_a_linear_model(norm):
    W, x, y = linear(k=2)
    w = (W[:, 1] - W[:, 0])[None] * (1 - 2 * y.float())[:, None]
    eps = 0.05
    out = climb(lambda x: x @ W, x, y, norm=norm, eps=eps, steps=30, stop=False)
    dual = w.abs().sum(1) if norm == "linf" else w.norm(dim=1)
    gained = ((out.x - x) * w).sum(1)
    assert torch.allclose(gained, eps * dual, rtol=1e-3)


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.parametrize("loss", ["ce", "dlr", "margin", "target"])
def test_never_leaves_ball_or_box(norm, loss):
    W, x, y = linear()
    x = x.round()  # corners of the box
    out = climb(lambda x: (x @ W).sin() * 3, x, y, norm=norm, eps=0.3, loss=loss, target=(y + 1) % 3, stop=False)
    assert (size_of((out.x.double() - x.double()).numpy(), norm) <= 0.3 * (1 + 1e-6)).all()
    assert out.x.min() >= 0
    assert out.x.max() <= 1


def test_what_is_broken_leaves_and_costs_no_more():
    W, x, y = linear(k=2)
    asked = np.zeros(len(y), int)

    def count(x, rows):
        np.add.at(asked, rows, 1)
        return x @ W

    out = apgd(
        count, x, y, np.arange(len(y)), norm="linf", eps=0.5, bounds=(0, 1), steps=20, loss="margin", start=x,
        generator=torch.Generator().manual_seed(0),
    )  # fmt: skip
    assert out.won.all()
    assert asked.max() <= 4


def test_scaling_the_logits_changes_nothing(reader, digits):
    x, y = torch.from_numpy(digits.x[:30]), torch.from_numpy(digits.y[:30])
    one = climb(reader, x, y, loss="ce", eps=0.1)
    big = climb(lambda x: reader(x) * 1000, x, y, loss="ce", eps=0.1)
    assert torch.equal(one.won, big.won)


def pgd_20(net, x, y, eps):
    """Madry's PGD with the usual fixed step, from a random start: the yardstick."""
    won = net(x).argmax(1) != y
    g = torch.Generator().manual_seed(0)
    a = (x + (torch.rand(x.shape, generator=g) * 2 - 1) * eps).clamp(0, 1)
    for _ in range(20):
        a = a.detach().requires_grad_(True)
        (grad,) = torch.autograd.grad(torch.nn.functional.cross_entropy(net(a), y), a)
        a = (x + (a.detach() + eps / 8 * grad.sign() - x).clamp(-eps, eps)).clamp(0, 1)
        won |= net(a).argmax(1) != y
    return won


def test_is_no_weaker_than_pgd_of_the_same_length(reader, digits):
    x, y = torch.from_numpy(digits.x), torch.from_numpy(digits.y)
    for eps in (0.07, 0.1):
        ours = climb(reader, x, y, eps=eps, steps=20, loss="ce").won
        assert ours.sum() >= pgd_20(reader, x, y, eps).sum()


def test_an_example_does_as_well_alone_as_in_company(reader, digits):
    x, y = torch.from_numpy(digits.x[:20]), torch.from_numpy(digits.y[:20])
    together = climb(reader, x, y, steps=10).won
    alone = torch.cat([climb(reader, x[i : i + 1], y[i : i + 1], steps=10).won for i in range(20)])
    assert torch.equal(together, alone)


def test_without_gradients_it_walks_at_random_and_says_that_it_is_blind():
    x = torch.full((4, 6), 0.5)
    out = climb(lambda x: torch.zeros(len(x), 3) + torch.tensor([1.0, 0, 0]), x, torch.zeros(4, dtype=torch.int64))
    assert out.blind.all()
    assert not out.won.any()


def test_not_a_number_is_no_success():
    x = torch.full((4, 6), 0.5)
    out = climb(lambda x: x[:, :3] * float("nan"), x, torch.zeros(4, dtype=torch.int64))
    assert not out.won.any()
    assert torch.isfinite(out.x).all()
