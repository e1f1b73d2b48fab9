"""The plugin: what it finds on models whose truth is known, and on the digit reader."""

from __future__ import annotations

import numpy as np
import pytest

from bartizan.attacks.evasion.apgd import Apgd
from bartizan.core.access import Budget
from bartizan.core.data import Data
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

from .conftest import Net, attack, flags, least_change, linear_case, referee, value

torch = pytest.importorskip("torch")
LOGITS = Capability.LOGITS
EPS = {"linf": 0.1, "l2": 1.0}


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.parametrize("classes", [2, 4])
def test_falls_above_the_closed_form_and_stands_below(norm: str, classes: int) -> None:
    target, data = linear_case(classes)
    exact = least_change(target, data, norm)
    for eps in np.quantile(exact, [0.25, 0.75]):
        found, _ = attack(Apgd, target, data, LOGITS, norm=norm, eps=float(eps), size_steps=0)
        won = found.arrays["won"]
        assert won[exact < 0.99 * eps].all()
        assert not won[exact > eps].any()


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.parametrize(("classes", "eps"), [(2, 0.001), (2, 2.0), (4, 0.02), (10, 2.0)])
def test_the_smallest_change_is_the_closed_form_whatever_size_was_asked_for(
    norm: str, classes: int, eps: float
) -> None:
    target, data = linear_case(classes)
    exact = least_change(target, data, norm)
    found, _ = attack(Apgd, target, data, LOGITS, norm=norm, eps=eps)
    size = referee(target, data, found, norm=norm, eps=eps).arrays["size"]
    clear = exact > 0.002
    assert clear.sum() >= 30
    assert (size >= exact * (1 - 1e-4)).all()
    assert (size <= exact * 1.02)[clear].all()


def pgd_20(net: Net, data: Data, eps: float) -> np.ndarray:
    """Which fall to PGD with the usual fixed step of ε/4 on the cross-entropy, from the example itself."""
    x0, y = torch.from_numpy(data.x), torch.from_numpy(data.y)
    x, won = x0.clone(), torch.zeros(len(y), dtype=torch.bool)
    for _ in range(20):
        x = x.detach().requires_grad_(True)
        z = net.logits(x)
        won |= z.argmax(1) != y
        (g,) = torch.autograd.grad(torch.nn.functional.cross_entropy(z, y, reduction="sum"), x)
        x = (x0 + (x + eps / 4 * g.sign() - x0).clamp(-eps, eps)).clamp(0, 1)
    return np.asarray(won | (net.logits(x).argmax(1) != y))


def test_beats_pgd_on_digits_and_noise_by_far(reading: Net, digits: Data) -> None:
    found, _ = attack(Apgd, reading, digits, LOGITS, norm="linf", eps=0.1, size_steps=0)
    won = found.arrays["won"]
    fixed = pgd_20(reading, digits, 0.1)
    assert fixed.sum() >= 30  # the yardstick itself works
    assert won.sum() >= fixed.sum()
    assert (fixed & ~won).sum() <= 1
    measured = referee(reading, digits, found, norm="linf", eps=0.1, size_steps=0)
    assert value(measured, "robust_error") == won.mean()
    assert not flags(measured)


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_an_example_does_as_well_alone_as_in_the_batch(norm: str, reading: Net, digits: Data) -> None:
    """By the run without luck: those that start at random draw other numbers when alone."""
    params = {"norm": norm, "eps": EPS[norm], "size_steps": 0, "steps": 6, "runs": ("margin",)}
    together = attack(Apgd, reading, digits, LOGITS, **params)[0].arrays["won"]
    alone = [attack(Apgd, reading, digits.take(np.array([i])), LOGITS, **params)[0].arrays["won"][0] for i in range(50)]
    assert np.mean(np.array(alone) == together[:50]) >= 0.995
    assert 5 <= together[:50].sum() <= 45


def test_a_verdict_does_not_depend_on_how_the_company_fares(reading: Net, few: Data) -> None:
    """Every other example is replaced by one that falls at once."""
    half = np.arange(0, 40, 2)
    y = few.y.copy()
    y[half + 1] = (reading.labels(few.x)[half + 1] + 1) % 10
    one, other = (attack(Apgd, reading, Data.of(few.x, labels), LOGITS, size_steps=0)[0] for labels in (few.y, y))
    assert np.array_equal(one.arrays["won"][half], other.arrays["won"][half])


@pytest.mark.parametrize("factor", [1000.0, 1e9, 1e-4])
def test_the_scale_of_the_logits_changes_no_verdict(factor: float, reading: Net, few: Data) -> None:
    scaled = Net(reading.module, change=lambda z: z * factor)
    one, other = (attack(Apgd, t, few, LOGITS, size_steps=5)[0] for t in (reading, scaled))
    assert np.mean(one.arrays["won"] == other.arrays["won"]) >= 0.95
    assert one.arrays["won"].sum() >= 15
    assert not flags(referee(scaled, few, other))


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_two_classes_work_with_every_loss(norm: str) -> None:
    target, data = linear_case(classes=2)
    eps = float(least_change(target, data, norm).max() * 1.05)
    for loss in ("ce", "dlr", "margin", "target"):
        found, _ = attack(Apgd, target, data, LOGITS, norm=norm, eps=eps, runs=(loss, "ce"), size_steps=0)
        assert found.arrays["won"].all(), loss


def test_a_first_run_that_aims_drives_to_the_likeliest_other_class(reading: Net, few: Data) -> None:
    """No example may be driven to its own class: there is no gradient there, and no doubt about the model."""
    found, _ = attack(Apgd, reading, few, LOGITS, runs=("target",), size_steps=0)
    assert found.claims["zero_gradients"] == 0
    assert found.arrays["won"].sum() >= 15


@pytest.mark.parametrize("queries", [1, 2, 7, 30])
def test_spends_no_more_than_it_may(queries: int, reading: Net, few: Data) -> None:
    _, view = attack(Apgd, reading, few, LOGITS, budget=Budget(queries_per_example=queries))
    assert view.meter.per_example.max() <= queries
    assert view.left().min() >= 0
    _, view = attack(Apgd, reading, few, LOGITS, budget=Budget(queries=queries * 20))
    assert view.meter.queries <= queries * 20


def test_an_example_misread_as_it_is_costs_one_query(reading: Net, few: Data) -> None:
    wrong = Data.of(few.x, (reading.labels(few.x) + 1) % 10)
    found, view = attack(Apgd, reading, wrong, LOGITS)
    assert (view.meter.per_example == 1).all()
    assert found.arrays["won"].all()
    assert np.array_equal(found.arrays["changed"], wrong.x)


@pytest.mark.parametrize("capability", [LOGITS, Capability.WEIGHTS])
def test_the_seed_decides_every_bit(capability: Capability, reading: Net, few: Data) -> None:
    one, two, other = (attack(Apgd, reading, few, capability, seed=s, size_steps=5)[0] for s in (1, 1, 2))
    assert all(one.arrays[n].tobytes() == two.arrays[n].tobytes() for n in one.arrays)
    assert any(one.arrays[n].tobytes() != other.arrays[n].tobytes() for n in one.arrays)


def test_whoever_holds_the_weights_asks_nothing(reading: Net, few: Data) -> None:
    found, view = attack(Apgd, reading, few, Capability.WEIGHTS, size_steps=5)
    assert view.meter.queries == 0
    assert referee(reading, few, found).tries_unit == "passes"
    with_logits, _ = attack(Apgd, reading, few, LOGITS, size_steps=5)
    assert np.array_equal(found.arrays["won"], with_logits.arrays["won"])


def test_the_smallest_changes_lie_beyond_the_ball_too(reading: Net, few: Data) -> None:
    found, _ = attack(Apgd, reading, few, LOGITS, eps=0.02)
    measured = referee(reading, few, found, eps=0.02)
    size = measured.arrays["size"]
    assert np.isfinite(size).all()
    assert np.median(size) > 0.04
    assert np.array_equal(measured.arrays["reached"], size <= 0.02 * (1 + 1e-6))
    assert value(measured, "error_unbounded") == 1
    grid = {m.at["eps"]: m.value for m in measured.measurements if m.estimand == "error_within"}
    assert [grid[e] for e in sorted(grid)] == [np.mean(size <= e) for e in sorted(grid)]


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.parametrize("bounds", [(-0.4242, 2.8215), (0.0, 255.0)])
def test_other_bounds_of_the_inputs_do(norm: str, bounds: tuple[float, float]) -> None:
    """The same model of inputs in other units falls to changes in those units, all of them valid."""
    target, data = linear_case(classes=3)
    low, high = bounds
    width = high - low
    W = target.W / width
    moved = LinearTarget(W, target.b - W.sum(axis=0) * low, bounds=bounds, input_shape=(1, 4, 4))
    there = Data.of((low + data.x * width).astype(np.float32).clip(*np.float32(bounds)), data.y)
    exact = least_change(moved, there, norm)
    eps = float(np.median(exact))
    found, _ = attack(Apgd, moved, there, LOGITS, norm=norm, eps=eps)
    measured = referee(moved, there, found, norm=norm, eps=eps)
    assert "invalid_examples" not in flags(measured)
    reached = measured.arrays["reached"]
    assert reached[exact < 0.99 * eps].all()
    assert not reached[exact > eps * (1 + 1e-5)].any()
