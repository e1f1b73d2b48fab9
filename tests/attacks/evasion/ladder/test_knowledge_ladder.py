"""`knowledge_ladder` on models whose truth is known, on real digits, and on models that hide their gradients."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bartizan.attacks.evasion import KnowledgeLadder, knowledge_ladder
from bartizan.core.errors import UsageError
from bartizan.numerics.projections import size_of

from ..engine.conftest import Pairs, Through, at_distance, digits, plane

torch = pytest.importorskip("torch")
NAMES = ["labels", "scores", "transfer", "gradients", "adaptive"]
EPS = 0.05
CHEAP: dict[str, Any] = {"eps": EPS, "queries": 60, "plan": "quick"}


def ids(ladder: KnowledgeLadder) -> set[str]:
    return {f.id for f in ladder.flags}


def own_inputs(n: int = 60) -> Any:
    return np.random.default_rng(9).uniform(0.3, 0.7, (n, 1, 6, 6)).astype(np.float32)


def spread_out(v: Any, n: int = 20) -> Pairs:
    """Examples from a fifth of ε to nearly twice ε from the plane, none of them next to ε."""
    parts = [at_distance(v, share * EPS, "linf", 2) for share in np.linspace(0.2, 1.9, n // 2)]
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])


@pytest.fixture(scope="module")
def on_plane() -> tuple[Any, Pairs, KnowledgeLadder]:
    model, v = plane()
    x, y = spread_out(v)
    return model, (x, y), knowledge_ladder(model, x, y, x_own=own_inputs(), **CHEAP)


def fgsm(model: Any, x: Any, y: Any, eps: float) -> Any:
    """Which examples stay right after one step of ε along the sign of the gradient, which is all a plane asks for."""
    point = torch.from_numpy(x).requires_grad_(True)
    z = model(point)
    true = torch.from_numpy(y)
    (z.gather(1, 1 - true[:, None]) - z.gather(1, true[:, None])).sum().backward()
    moved = (point + eps * point.grad.sign()).clamp(0, 1).detach()
    return (model(moved).argmax(1) == true).numpy()


def test_gradients_of_a_plane_reach_exactly_what_one_step_reaches(on_plane: Any) -> None:
    model, (x, y), ladder = on_plane
    stands = fgsm(model, x, y, EPS)
    assert 0.3 < stands.mean() < 0.7
    assert np.array_equal(ladder["gradients"].robust, stands)
    assert np.array_equal(ladder["adaptive"].robust, stands)
    assert np.array_equal(ladder.robust, stands)
    assert not ids(ladder)
    assert ladder.reliability == "reliable"


def test_one_rung_for_each_kind_of_knowledge_with_its_cost(on_plane: Any) -> None:
    _, (x, _), ladder = on_plane
    assert [r.name for r in ladder.rungs] == NAMES
    for rung in ladder.rungs:
        assert rung.value == rung.robust.mean()
        assert rung.low <= rung.value <= rung.high
        assert rung.queries.max() <= 60
        assert rung.invalid == 0
    assert ladder["labels"].queries.min() > 1
    assert ladder["scores"].forwards.sum() == ladder["scores"].once == 0
    assert ladder["transfer"].once == 60
    assert ladder["transfer"].queries.sum() == 0
    assert ladder["gradients"].queries.sum() == 0
    assert (ladder["gradients"].forwards > ladder["gradients"].backwards).all()
    assert ladder["adaptive"].forwards.sum() > ladder["adaptive"].backwards.sum() > 0
    assert ladder.clean.all()
    assert len(x) == ladder.rungs[0].n


def test_every_input_handed_over_fools_the_model_inside_ball_and_box(on_plane: Any) -> None:
    model, (x, y), ladder = on_plane
    for rung in ladder.rungs:
        said = model(torch.from_numpy(rung.adversarial)).argmax(1).numpy()
        assert np.array_equal(said == y, rung.robust)
        assert (size_of(rung.adversarial.astype(np.float64) - x, "linf") <= EPS * (1 + 1e-6)).all()
        assert rung.adversarial.min() >= 0
        assert rung.adversarial.max() <= 1


def test_who_knows_more_can_do_what_less_can(on_plane: Any) -> None:
    _, _, ladder = on_plane
    both = [value for value, *_ in ladder.cumulative.values()]
    assert list(ladder.cumulative) == NAMES
    assert both == sorted(both, reverse=True)
    assert both[0] == ladder["labels"].value
    assert both[-1] == ladder.robust.mean()
    assert both[2] <= min(r.value for r in ladder.rungs[:3])
    value, low, high, n = ladder.cumulative["adaptive"]
    assert low < value < high
    assert n == 20


def test_a_model_gives_itself_away_rung_by_rung(reader: Any, few: Pairs) -> None:
    x, y = few[0][:20], few[1][:20]
    own, _ = digits("train", 200)
    ladder = knowledge_ladder(reader, x, y, x_own=own, eps=0.12, queries=200, plan="quick")
    assert ladder["gradients"].value < ladder["transfer"].value < ladder.clean.mean()
    assert ladder["adaptive"].value <= ladder["gradients"].value
    assert ladder["transfer"].fell.sum() >= 3
    assert not ids(ladder)


def test_rounding_that_hides_gradients_is_called_out_and_known_to_the_adaptive_attack() -> None:
    plain, v = plane()
    masked = Through(plain, before=lambda x: (x * 64).round() / 64)
    x, y = at_distance(v, 0.4 * EPS, "linf", 20)
    ladder = knowledge_ladder(masked, x, y, x_own=own_inputs(), **CHEAP)
    assert ladder["gradients"].value > 0.9
    assert ladder["scores"].value < 0.5
    assert {"scores_beat_gradients", "weaker_beats_stronger"} <= ids(ladder)
    assert ladder["adaptive"].value == 0
    assert ladder.reliability != "reliable"


def test_a_stand_in_with_gradients_guides_whoever_knows_the_defence() -> None:
    """Answers rounded so roughly that no search by scores gets anywhere; the same model without it shows the way."""
    plain, v = plane()
    silent = Through(plain, after=lambda z: torch.nn.functional.one_hot(z.argmax(1), 2).float())
    x, y = at_distance(v, 0.95 * EPS, "linf", 20)
    without, known = (
        knowledge_ladder(silent, x, y, x_own=own_inputs(), defence=stand_in, **CHEAP) for stand_in in (None, plain)
    )
    assert known["adaptive"].value == 0
    assert without["adaptive"].value > 0.5
    assert known["gradients"].value == without["gradients"].value


def test_random_answers_are_averaged_by_whoever_knows() -> None:
    plain, v = plane()
    shaky = Through(plain, after=lambda z: z + 0.02 * torch.randn_like(z))
    x, y = at_distance(v, 0.6 * EPS, "linf", 12)
    torch.manual_seed(0)
    ladder = knowledge_ladder(shaky, x, y, x_own=own_inputs(), **CHEAP)
    assert "nondeterministic_model" in ids(ladder)
    assert ladder.reliability == "unreliable"
    assert ladder["adaptive"].value == 0
    both = [value for value, *_ in ladder.cumulative.values()]
    assert both == sorted(both, reverse=True)


@pytest.mark.parametrize("after", [lambda z: z.softmax(1), lambda z: z[:, 1:] - z[:, :1]])
def test_probabilities_and_a_single_logit_are_read_as_they_are(after: Any) -> None:
    plain, v = plane()
    x, y = spread_out(v, 10)
    ladder = knowledge_ladder(Through(plain, after=after), x, y, x_own=own_inputs(), **CHEAP)
    assert np.array_equal(ladder["gradients"].robust, fgsm(plain, x, y, EPS))
    assert ladder["transfer"].fell.any()


def test_the_seed_decides_every_bit() -> None:
    model, v = plane()
    x, y = spread_out(v, 6)
    one, two, other = (knowledge_ladder(model, x, y, x_own=own_inputs(), seed=s, **CHEAP) for s in (1, 1, 2))
    for a, b in zip(one.rungs, two.rungs, strict=True):
        assert a.adversarial.tobytes() == b.adversarial.tobytes()
        assert np.array_equal(a.queries, b.queries)
    assert one["labels"].adversarial.tobytes() != other["labels"].adversarial.tobytes()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"x_own": np.zeros((9, 1, 5, 5), np.float32)}, r"x_own holds inputs of shape \(1, 5, 5\)"),
        ({"x_own": np.zeros((0, 1, 6, 6), np.float32)}, "x_own has shape .* at least one"),
        ({"x_own": np.full((9, 1, 6, 6), np.nan)}, "x_own holds NaN"),
        ({"x_own": np.full((9, 1, 6, 6), 3.0)}, "x_own reaches from 3 to 3, outside the bounds"),
        ({"queries": 49}, "the budget is 49 queries; a copy of the model needs at least 50"),
        ({"plan": "huge"}, "there is no plan 'huge'"),
        ({"eps": -1.0}, "must be above 0"),
        ({"defence": lambda x: torch.zeros(len(x), 3)}, "defence answers 3 classes and the model 2"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(change: dict[str, Any], sentence: str) -> None:
    model, v = plane()
    x, y = at_distance(v, EPS, "linf", 4)
    with pytest.raises(UsageError, match=sentence) as error:
        knowledge_ladder(model, x, y, **{"x_own": own_inputs(), **CHEAP, **change})
    assert "\n" not in str(error.value)


def test_own_data_that_are_the_examples_under_attack_are_refused() -> None:
    model, v = plane()
    x, y = at_distance(v, EPS, "linf", 4)
    with pytest.raises(UsageError, match=r"x_own holds 2 of the examples under attack .* number 1 of x_own"):
        knowledge_ladder(model, x, y, x_own=np.concatenate([own_inputs(1), x[2:]]), **CHEAP)


def test_a_copy_that_was_stolen_before_is_gone_by_at_what_it_cost() -> None:
    model, v = plane()
    x, y = spread_out(v)
    stolen = SimpleNamespace(surrogate=model, queries=12_345)
    rung = knowledge_ladder(model, x, y, x_own=own_inputs(), stolen=stolen, **CHEAP)["transfer"]
    assert rung.once == 12_345
    assert np.array_equal(rung.robust, fgsm(model, x, y, EPS))
