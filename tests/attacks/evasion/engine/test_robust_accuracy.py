"""`robust_accuracy` on models whose truth is known, on real digits, and on models that hide."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.attacks.evasion import RobustAccuracy, robust_accuracy
from bartizan.core.errors import UsageError
from bartizan.numerics.projections import size_of

from .conftest import Pairs, Through, at_distance, plane

torch = pytest.importorskip("torch")
EPS = {"linf": 0.05, "l2": 0.3, "l1": 0.6}


def ids(result: RobustAccuracy) -> set[str]:
    return {f.id for f in result.flags}


@pytest.mark.parametrize("norm", ["linf", "l2", "l1"])
@pytest.mark.parametrize("classes", [2, 3, 1000])
def test_finds_exactly_what_a_linear_model_loses(norm: Any, classes: int) -> None:
    model, v = plane(classes)
    for share, expected in ((0.9, 0.0), (1.05, 1.0)):
        x, y = at_distance(v, share * EPS[norm], norm)
        found = robust_accuracy(model, x, y, norm=norm, eps=EPS[norm], plan="quick")
        assert found.value == expected
        assert found.invalid == 0
        assert size_of(found.adversarial.astype(np.float64) - x, norm).max() <= EPS[norm] * (1 + 1e-6)


@pytest.mark.parametrize("norm", ["linf", "l2", "l1"])
def test_what_it_hands_over_fools_the_model_inside_ball_and_box(norm: Any, reader: Any, few: Pairs) -> None:
    x, y = few
    eps = {"linf": 0.1, "l2": 1.0, "l1": 5.0}[norm]
    found = robust_accuracy(reader, x, y, norm=norm, eps=eps, plan="quick")
    said = reader(torch.from_numpy(found.adversarial)).argmax(1).numpy()
    assert np.array_equal(said == y, found.robust)
    assert np.array_equal(said, found.after)
    assert found.adversarial.min() >= 0
    assert found.adversarial.max() <= 1
    assert (size_of(found.adversarial.astype(np.float64) - x, norm) <= eps * (1 + 1e-6)).all()
    assert 0 < found.value < found.clean.mean()
    assert found.low < found.value < found.high


def test_a_single_logit_is_a_model_of_two_classes() -> None:
    model, v = plane()
    one = Through(model, after=lambda z: z[:, 1:] - z[:, :1])
    flat = Through(model, after=lambda z: z[:, 1] - z[:, 0])
    x, y = at_distance(v, 0.5 * EPS["linf"], "linf")
    for m in (one, flat):
        assert robust_accuracy(m, x, y, eps=EPS["linf"]).value == 0
        assert robust_accuracy(m, x, y, eps=EPS["linf"] / 4).value == 1


@pytest.mark.parametrize("factor", [1000.0, 1e-4])
def test_the_scale_of_the_logits_changes_nothing(factor: float, reader: Any, few: Pairs) -> None:
    plain = robust_accuracy(reader, *few, eps=0.1)
    scaled = robust_accuracy(Through(reader, after=lambda z: factor * z), *few, eps=0.1)
    assert (plain.robust == scaled.robust).mean() >= 0.99
    assert not ids(scaled)


def test_probabilities_are_recognised_and_attacked_all_the_same(reader: Any, few: Pairs) -> None:
    plain = robust_accuracy(reader, *few, eps=0.1)
    found = robust_accuracy(Through(reader, after=lambda z: z.softmax(1)), *few, eps=0.1)
    assert ids(found) == {"softmax_output"}
    assert found.reliability == "reliable"
    assert abs(found.value - plain.value) <= 0.01


def test_the_same_seed_gives_the_same_and_company_changes_nothing(reader: Any, few: Pairs) -> None:
    x, y = few
    one = robust_accuracy(reader, x, y, eps=0.1, seed=3)
    two = robust_accuracy(reader, x, y, eps=0.1, seed=3)
    assert one.adversarial.tobytes() == two.adversarial.tobytes()
    small = robust_accuracy(reader, x, y, eps=0.1, seed=3, batch=7, checks=False)
    alone = robust_accuracy(reader, x, y, eps=0.1, seed=3, checks=False)
    assert (small.robust == alone.robust).mean() >= 0.995
    assert abs(int(small.backwards.sum()) - int(alone.backwards.sum())) <= 0.01 * alone.backwards.sum()


def test_passes_are_counted_as_the_model_sees_them(reader: Any, few: Pairs) -> None:
    seen = {"forward": 0, "most": 0}

    def count(module: Any, args: Any, out: Any) -> None:
        seen["forward"] += len(out)
        seen["most"] = max(seen["most"], len(out))

    handle = reader.register_forward_hook(count)
    found = robust_accuracy(reader, *few, eps=0.1, checks=False, batch=50)
    handle.remove()
    assert seen == {"forward": int(found.forwards.sum()), "most": 50}
    assert (found.backwards < found.forwards).all()
    assert found.curve[-1][0] <= found.forwards.mean()


def test_more_of_a_plan_never_leaves_more_standing(reader: Any, few: Pairs) -> None:
    quick, standard = (robust_accuracy(reader, *few, eps=0.08, plan=p, checks=False) for p in ("quick", "standard"))
    assert not (standard.robust & ~quick.robust).any()
    assert [c[2] for c in standard.curve] == sorted((c[2] for c in standard.curve), reverse=True)
    assert standard.curve[-1][2] == pytest.approx(standard.value)


def test_coarse_runs_are_confirmed_in_full_precision(reader: Any, few: Pairs) -> None:
    fine = robust_accuracy(reader, *few, eps=0.08)
    coarse = robust_accuracy(reader, *few, eps=0.08, coarse_runs=1)
    assert coarse.invalid == 0
    assert abs(fine.value - coarse.value) <= 0.02


def test_a_layer_that_rounds_is_bridged(reader: Any, few: Pairs) -> None:
    class Rounds(torch.nn.Module):  # type: ignore[name-defined,misc]
        def forward(self, x: Any) -> Any:
            return (x * 15).round() / 15

    found = robust_accuracy(torch.nn.Sequential(Rounds(), reader).eval(), *few, eps=0.1)
    assert "gradients_bridged" in ids(found)
    within_reach = robust_accuracy(reader, *few, eps=1 / 15)  # a change of 0.1 moves any pixel by a level, if not more
    assert found.value <= within_reach.value + 0.05


def test_rounding_nobody_can_reach_is_called_out_and_searched_by_scores(reader: Any, few: Pairs) -> None:
    found = robust_accuracy(Through(reader, before=lambda x: (x * 7).round() / 7), *few, eps=0.15)
    assert "zero_gradients" in ids(found)
    assert found.reliability == "unreliable"
    assert found.value < found.clean.mean()


def test_a_model_that_answers_at_random_is_averaged_and_called_out(reader: Any, few: Pairs) -> None:
    generator = torch.Generator().manual_seed(0)
    noisy = Through(reader, before=lambda x: x + 0.05 * torch.randn(x.shape, generator=generator))
    found = robust_accuracy(noisy, *few, eps=0.1, plan="quick")
    assert "nondeterministic_model" in ids(found)
    assert found.reliability == "unreliable"
    assert found.value <= robust_accuracy(reader, *few, eps=0.1).value + 0.1


def test_a_model_that_optimises_while_it_answers_is_called_out(reader: Any, few: Pairs) -> None:
    def descend(x: Any) -> Any:
        with torch.enable_grad():
            leaf = x.detach().requires_grad_(True)
            torch.autograd.grad(leaf.square().sum(), leaf)
        return x

    assert "optimises_inside" in ids(robust_accuracy(Through(reader, before=descend), *few, eps=0.1, plan="quick"))


def test_a_model_that_ignores_its_input_is_no_robust_one(few: Pairs) -> None:
    x, _ = few
    constant = Through(torch.nn.Identity(), after=lambda z: torch.tensor([2.0, 0.0, 0.0]).repeat(len(z), 1))
    found = robust_accuracy(constant, x, np.zeros(len(x), np.int64), eps=0.3)
    assert found.value == 1
    assert {"zero_gradients", "unbounded_not_total"} <= ids(found)
    assert found.reliability == "unreliable"


def test_sharp_saturation_behind_a_softmax_is_called_out(reader: Any, few: Pairs) -> None:
    """Logits so large that float32 probabilities are 0 and 1 exactly: no gradient is left to follow."""
    found = robust_accuracy(Through(reader, after=lambda z: (1e6 * z).softmax(1)), *few, eps=0.1)
    assert found.reliability == "unreliable"
    assert "zero_gradients" in ids(found)


@pytest.mark.parametrize("seed", range(20))
def test_no_flag_is_raised_on_an_honest_model(seed: int, few: Pairs) -> None:
    x, y = few
    torch.manual_seed(seed)
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(196, 16), torch.nn.ReLU(), torch.nn.Linear(16, 10))
    optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(30):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(net(torch.from_numpy(x)), torch.from_numpy(y)).backward()
        optimiser.step()
    found = robust_accuracy(net.eval(), x, y, eps=0.05)
    assert not found.flags


def test_proofs_and_attacks_are_held_against_each_other(reader: Any, few: Pairs) -> None:
    honest = robust_accuracy(reader, *few, eps=0.1, certifier=lambda x, y: np.zeros(len(x), bool), checks=False)
    assert honest.certified == 0
    assert not honest.flags
    lying = robust_accuracy(reader, *few, eps=0.1, certifier=lambda x, y: np.ones(len(x), bool), checks=False)
    assert ids(lying) == {"inverted_bracket"}
    assert lying.reliability == "suspicious"


def test_classes_precision_and_versions_are_compared(reader: Any, few: Pairs) -> None:
    weak, strong = (robust_accuracy(reader, *few, eps=e, checks=False) for e in (0.12, 0.03))
    classes = weak.by_class()
    assert sum(s[3] for s in classes.values()) == weak.n
    assert weak.worst_class()[1] == min(s[0] for s in classes.values())
    rates = weak.precision_recall((1, 7))
    assert rates["attacked_recall"] < rates["clean_recall"] <= 1
    both = strong.against(weak)
    assert both["difference"] == pytest.approx(strong.value - weak.value)
    assert both["low"] > 0
    assert both["p"] < 0.01
    assert strong.against(strong)["p"] == 1
    with pytest.raises(ValueError, match="same examples"):
        strong.against(robust_accuracy(reader, few[0][:9], few[1][:9], eps=0.1, checks=False))


def test_a_plan_stops_when_little_more_is_predicted_to_fall(reader: Any, few: Pairs) -> None:
    whole = robust_accuracy(reader, *few, eps=0.1, plan="deep", checks=False)
    short = robust_accuracy(reader, *few, eps=0.1, plan="deep", checks=False, tolerance=0.2)
    assert short.backwards.sum() < whole.backwards.sum() / 2
    assert len(short.curve) == len(whole.curve)
    assert short.value - whole.value <= 0.2
    with pytest.raises(UsageError, match="tolerance"):
        robust_accuracy(reader, *few, eps=0.1, tolerance=1.5)
