"""`minimum_norm` on models whose truth is known, on real digits, and on models that hide."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.attacks.evasion import MinimumNorm, minimum_norm, robust_accuracy
from bartizan.core.errors import UsageError
from bartizan.numerics.projections import size_of

from .conftest import Pairs, Through, at_distance, plane

torch = pytest.importorskip("torch")
NORMS = ("linf", "l2", "l1", "l0")
DISTANCE = {"linf": 0.05, "l2": 0.3, "l1": 0.6}


def ids(result: MinimumNorm) -> set[str]:
    return {f.id for f in result.flags}


def counting(needed: int, dimensions: int = 36) -> Any:
    """Class 1 where the values add up to more than needed − ½: of a black input, `needed` values must turn white."""
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(dimensions, 2))
    with torch.no_grad():
        net[1].weight.copy_(torch.stack([torch.zeros(dimensions), torch.ones(dimensions)]))
        net[1].bias.copy_(torch.tensor([needed - 0.5, 0.0]))
    return net.eval().requires_grad_(False)


@pytest.mark.parametrize("steps", [30, 100])
@pytest.mark.parametrize("norm", ["linf", "l2", "l1"])
@pytest.mark.parametrize("classes", [2, 1000])
def test_finds_the_closed_form_of_a_linear_model(norm: Any, classes: int, steps: int) -> None:
    model, v = plane(classes)
    x, y = at_distance(v, DISTANCE[norm], norm)
    found = minimum_norm(model, x, y, norm=norm, steps=steps)
    assert (found.sizes >= DISTANCE[norm] * (1 - 1e-4)).all()
    assert (found.sizes <= DISTANCE[norm] * 1.01).all()
    assert found.success == 1
    assert not ids(found)


@pytest.mark.parametrize("needed", [1, 4, 20])
def test_finds_the_fewest_values(needed: int) -> None:
    x = np.zeros((6, 1, 6, 6), np.float32)
    found = minimum_norm(counting(needed), x, np.zeros(6, np.int64), norm="l0", steps=100)
    assert found.sizes.tolist() == [needed] * 6


def test_values_that_count_double_are_taken_first() -> None:
    """Weights 2, 1, 1, … and a threshold of 3½: two values of weight 2 alone are not enough, a third of weight 1 is."""
    model = counting(1)
    with torch.no_grad():
        model[1].weight[1, :2] = 2.0
        model[1].bias[0] = 4.5
    x = np.zeros((4, 1, 6, 6), np.float32)
    found = minimum_norm(model, x, np.zeros(4, np.int64), norm="l0")
    assert found.sizes.tolist() == [3] * 4
    assert (found.adversarial.reshape(4, -1)[:, :2] > 0).all()


@pytest.mark.parametrize("norm", NORMS)
def test_what_it_hands_over_fools_the_model_inside_the_box(norm: Any, reader: Any, few: Pairs) -> None:
    x, y = few
    found = minimum_norm(reader, x, y, norm=norm, steps=60)
    said = reader(torch.from_numpy(found.adversarial)).argmax(1).numpy()
    assert found.success == 1
    assert (said != y).all()
    assert np.array_equal(said, found.after)
    assert found.adversarial.min() >= 0
    assert found.adversarial.max() <= 1
    clean = found.before == y
    sizes = size_of(found.adversarial.astype(np.float64) - x, norm)
    assert np.array_equal(found.sizes, np.where(clean, sizes, 0))
    assert (found.sizes[clean] > 0).all()
    assert 0 < clean.mean() < 1
    assert np.array_equal(found.adversarial[~clean], x[~clean])
    assert found.invalid == 0
    assert found.reliability == "reliable"


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("bounds", [(-0.4242, 2.8215), (0.0, 255.0)])
def test_odd_bounds_are_kept_and_sizes_scale_with_them(
    norm: Any, bounds: tuple[float, float], reader: Any, few: Pairs
) -> None:
    low, high = bounds
    x, y = few[0][:40], few[1][:40]
    moved = np.clip(low + x * np.float32(high - low), np.float32(low), np.float32(high))
    shifted = Through(reader, before=lambda x: (x - low) / (high - low))
    found = minimum_norm(shifted, moved, y, norm=norm, bounds=bounds, steps=60, checks=False)
    plain = minimum_norm(reader, x, y, norm=norm, steps=60, checks=False)
    assert found.success == 1
    assert found.adversarial.min() >= np.float32(low)
    assert found.adversarial.max() <= np.float32(high)
    factor = 1 if norm == "l0" else high - low
    assert found.median == pytest.approx(plain.median * factor, rel=0.05)


@pytest.mark.parametrize("norm", NORMS)
def test_steps_are_all_there_are(norm: Any, reader: Any, few: Pairs) -> None:
    """Counted at the model's boundary: the clean pass, the search and the referee together."""
    seen = {"forward": 0, "most": 0, "back": 0}

    def count(module: Any, args: Any, out: Any) -> None:
        seen["forward"] += len(out)
        seen["most"] = max(seen["most"], len(out))
        if out.requires_grad:
            out.register_hook(lambda g: seen.update(back=seen["back"] + len(g)))

    handle = reader.register_forward_hook(count)
    found = minimum_norm(reader, *few, norm=norm, steps=25, checks=False, batch=50)
    handle.remove()
    assert seen == {"forward": int(found.forwards.sum()), "back": int(found.backwards.sum()), "most": 50}
    assert found.forwards.max() == 25
    assert found.backwards.max() < 25


@pytest.mark.parametrize("norm", NORMS)
def test_the_same_seed_gives_the_same_and_company_changes_nothing(norm: Any, reader: Any, few: Pairs) -> None:
    x, y = few
    at: dict[str, Any] = {"norm": norm, "steps": 40, "checks": False}
    one, two = (minimum_norm(reader, x, y, seed=3, **at) for _ in range(2))
    assert one.adversarial.tobytes() == two.adversarial.tobytes()
    small = minimum_norm(reader, x, y, seed=3, batch=7, **at)
    assert np.isclose(small.sizes, one.sizes, rtol=0.02, atol=1).mean() >= 0.97
    assert small.median == pytest.approx(one.median, rel=0.01)


@pytest.mark.parametrize("norm", NORMS)
def test_more_steps_find_no_more_than_a_little(norm: Any, reader: Any, few: Pairs) -> None:
    """A hundred steps come close to what six hundred find, and thirty are not far off."""
    x, y = few[0][:60], few[1][:60]
    short, usual, long = (minimum_norm(reader, x, y, norm=norm, steps=s, checks=False) for s in (30, 100, 600))
    assert long.median <= usual.median * 1.001 <= long.median * 1.05 + (norm == "l0")
    assert short.median <= usual.median * 1.2


def test_a_single_logit_is_a_model_of_two_classes() -> None:
    model, v = plane()
    x, y = at_distance(v, 0.3, "l2")
    one = minimum_norm(Through(model, after=lambda z: z[:, 1:] - z[:, :1]), x, y)
    assert one.sizes == pytest.approx(0.3, rel=0.01)


@pytest.mark.parametrize("factor", [1000.0, 1e-4])
def test_the_scale_of_the_logits_changes_nothing(factor: float, reader: Any, few: Pairs) -> None:
    plain = minimum_norm(reader, *few, steps=40)
    scaled = minimum_norm(Through(reader, after=lambda z: factor * z), *few, steps=40)
    assert scaled.median == pytest.approx(plain.median, rel=0.01)
    assert not ids(scaled)


def test_quantiles_and_robust_accuracy_say_the_same(reader: Any, few: Pairs) -> None:
    found = minimum_norm(reader, *few, steps=40)
    low, high = found.quartiles
    assert low <= found.median <= high
    assert found.quantiles([0.5]) == [found.median]
    assert found.robust_accuracy(found.median) <= 0.5 < found.robust_accuracy(found.median * 0.999)


def test_a_model_that_ignores_its_input_has_no_smallest_change(few: Pairs) -> None:
    x, _ = few
    constant = Through(torch.nn.Identity(), after=lambda z: torch.tensor([2.0, 0.0, 0.0]).repeat(len(z), 1))
    found = minimum_norm(constant, x, np.zeros(len(x), np.int64), steps=20)
    assert not found.found.any()
    assert np.isinf(found.sizes).all()
    assert np.isinf(found.median)
    assert found.success == 0
    assert {"zero_gradients", "unbounded_not_total"} <= ids(found)
    assert found.reliability == "unreliable"
    assert np.array_equal(found.adversarial, x)


def test_a_boundary_that_first_order_does_not_see_is_still_reached(reader: Any, few: Pairs) -> None:
    """The gradient is a millionth of the true slope until the input has moved: radii have to grow by themselves."""
    x, y = few
    start = torch.from_numpy(x)

    def sticky(moved: Any) -> Any:
        near = (moved - start[: len(moved)]).flatten(1).norm(dim=1).reshape(-1, 1, 1, 1) < 0.5
        return torch.where(near, start[: len(moved)] + 1e-6 * (moved - start[: len(moved)]), moved)

    right = reader(start).argmax(1).numpy() == y
    x, y, start = x[right], y[right], start[torch.from_numpy(right)]
    found = minimum_norm(Through(reader, before=sticky), x, y, checks=False)
    assert found.success == 1


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("norm", NORMS)
def test_no_flag_is_raised_on_an_honest_model(seed: int, norm: Any, few: Pairs) -> None:
    x, y = few
    torch.manual_seed(seed)
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(196, 16), torch.nn.ReLU(), torch.nn.Linear(16, 10))
    optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(30):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(net(torch.from_numpy(x)), torch.from_numpy(y)).backward()
        optimiser.step()
    found = minimum_norm(net.eval(), x[:30], y[:30], norm=norm, steps=40)
    assert not ids(found)
    assert found.success == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"steps": 9}, "steps is 9; .* from 10"),
        ({"steps": 20.5}, "whole number"),
        ({"norm": "l3"}, "there is no norm 'l3'; known are linf"),
        ({"bounds": (0.0, 0.5)}, "outside the bounds 0 to 0.5; scale the data"),
        ({"y": np.full(120, 10)}, "returned 10 classes and the labels go up to 10"),
        ({"x": np.full((120, 1, 14, 14), np.nan, np.float32)}, "NaN or infinity"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(change: dict[str, Any], sentence: str, reader: Any, few: Pairs) -> None:
    with pytest.raises(UsageError, match=sentence):
        minimum_norm(reader, **{"x": few[0], "y": few[1], **change})


@pytest.mark.parametrize("needed", [2, 5])
def test_robust_accuracy_in_l0_turns_where_the_model_does(needed: int) -> None:
    x, y = np.zeros((8, 1, 6, 6), np.float32), np.zeros(8, np.int64)
    held = robust_accuracy(counting(needed), x, y, norm="l0", eps=needed - 1, plan="quick")
    fell = robust_accuracy(counting(needed), x, y, norm="l0", eps=needed, plan="quick")
    assert (held.value, fell.value) == (1.0, 0.0)
    assert held.reliability == "reliable"
    assert fell.invalid == 0


def test_robust_accuracy_in_l0_keeps_to_its_count_and_its_passes(reader: Any, few: Pairs) -> None:
    x, y = few
    results = [robust_accuracy(reader, x, y, norm="l0", eps=6, plan=p) for p in ("quick", "standard", "deep")]
    for found, most in zip(results, (30, 100, 400), strict=True):
        assert size_of(found.adversarial.astype(np.float64) - x, "l0").max() <= 6
        assert (reader(torch.from_numpy(found.adversarial)).argmax(1).numpy() == y).sum() == found.robust.sum()
        assert found.forwards.max() <= most
        assert found.curve[-1][2] >= found.value
    assert 0 < results[2].value <= results[0].value < results[0].clean.mean()


@pytest.mark.parametrize(("norm", "eps"), [("l2", 0.8), ("l1", 1.8)])
def test_robust_accuracy_leaves_no_more_than_the_smallest_changes_do(
    norm: Any, eps: float, reader: Any, few: Pairs
) -> None:
    sizes = minimum_norm(reader, *few, norm=norm, steps=100, checks=False).sizes
    ball = robust_accuracy(reader, *few, norm=norm, eps=eps, plan="standard", checks=False)
    assert 0.1 < float((sizes > eps).mean()) < 0.9, "such a radius tells nothing"
    assert ball.value <= float((sizes > eps).mean()) + 0.02
    assert ball.curve[-1][1] == pytest.approx(ball.backwards.mean())
    assert ball.curve[-1][2] == pytest.approx(ball.value)
