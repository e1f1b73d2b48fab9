"""`query_attack` on models whose truth is known, counted by the model itself. No torch is needed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.attacks.evasion import QueryAttack, query_attack
from bartizan.core.errors import UsageError
from bartizan.numerics.projections import size_of

Array = NDArray[Any]
ACCESS = ["scores", "labels"]
EPS = {"linf": 0.05, "l2": 0.4}
SIDE = 8


class Counts:
    """A model that remembers how often it was asked, how much at once, and, by nearness, about which example."""

    def __init__(self, logits: Callable[[Array], Array], x: Array, access: str, after: Any = lambda z: z) -> None:
        self.logits, self.x, self.access, self.after = logits, x, access, after
        self.asked, self.most = np.zeros(len(x), np.int64), 0

    def __call__(self, points: Array) -> Array:
        assert points.dtype == np.float32
        self.most = max(self.most, len(points))
        apart = ((points[:, None] - self.x[None]) ** 2).reshape(len(points), len(self.x), -1).sum(2)
        np.add.at(self.asked, apart.argmin(1), 1)
        z = self.logits(points)
        return np.asarray(self.after(z) if self.access == "scores" else z.argmax(1))


def plane(classes: int = 2, seed: int = 0) -> tuple[Callable[[Array], Array], Array]:
    """Logits of a linear model with its plane through the middle of the box, and its smooth normal vector."""
    wave = np.sin(np.linspace(0, 3, SIDE) + seed)
    v = (np.outer(wave, wave[::-1]) + 0.3 * np.random.default_rng(seed).standard_normal((SIDE, SIDE))).ravel()
    v /= np.linalg.norm(v)

    def logits(x: Array) -> Array:
        s = 5 * np.einsum("nd,d->n", x.reshape(len(x), -1).astype(np.float64) - 0.5, v)
        return np.stack([-s, s, *[np.full(len(x), -9.0)] * (classes - 2)], 1)

    return logits, v


def at_distance(v: Array, share: float, norm: str, n: int = 12) -> tuple[Array, Array]:
    """Images that a change of `share` of ε is just enough for, well inside the box, far apart from each other."""
    y = np.arange(n) % 2
    spread = np.random.default_rng(1).uniform(-0.3, 0.3, (n, v.size))
    dual = np.abs(v).sum() if norm == "linf" else 1.0
    flat = spread - np.outer(spread @ v, v) + np.outer((2 * y - 1) * share * EPS[norm] * dual, v)
    return (0.5 + flat).astype(np.float32).reshape(n, 1, SIDE, SIDE), y


def ids(result: QueryAttack) -> set[str]:
    return {f.id for f in result.flags}


@pytest.mark.parametrize("access", ACCESS)
@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.parametrize("classes", [2, 5])
def test_finds_what_a_linear_model_loses_and_no_more(access: Any, norm: str, classes: int) -> None:
    logits, v = plane(classes)
    for share, falls in ((0.6, True), (1.02, False)):
        x, y = at_distance(v, share, norm)
        model = Counts(logits, x, access)
        found = query_attack(model, x, y, access=access, norm=norm, eps=EPS[norm], budget=300)
        assert found.clean.all()
        assert found.invalid == 0
        assert (~found.robust).all() if falls else found.robust.all()
        assert np.array_equal(logits(found.adversarial).argmax(1) != y, ~found.robust)
        assert size_of(found.adversarial.astype(np.float64) - x, norm).max() <= EPS[norm] * (1 + 1e-6)
        assert found.adversarial.min() >= 0
        assert found.adversarial.max() <= 1
        assert found.reliability == "reliable"


@pytest.mark.parametrize("access", ACCESS)
@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.parametrize("budget", [2, 7, 40, 620])
def test_counts_exactly_and_spends_no_more_than_the_budget(access: Any, norm: str, budget: int) -> None:
    logits, v = plane()
    x, y = at_distance(v, 1.02, norm, n=4)
    y[0] = 1 - y[0]  # misread as it is
    small = 0.1 * EPS[norm]  # so that every question lies nearest to the example it is spent on, by scores
    model = Counts(logits, x, access)
    found = query_attack(model, x, y, access=access, norm=norm, eps=small, budget=budget, checks=False, batch=3)
    assert found.queries.tolist() == [1, budget, budget, budget]
    assert model.asked.sum() == found.queries.sum() + found.checked
    assert model.most <= 3
    if access == "scores":
        assert model.asked.tolist() == found.queries.tolist()
    assert found.fell.tolist() == [True, False, False, False]
    assert not found.clean[0]


@pytest.mark.parametrize("access", ACCESS)
def test_the_curve_and_its_marks_are_those_of_the_queries(access: Any) -> None:
    logits, v = plane()
    x, y = at_distance(v, 0.6, "linf")
    found = query_attack(Counts(logits, x, access), x, y, access=access, eps=EPS["linf"], budget=1000)
    assert set(found.success) == {100, 1000}
    assert found.success[1000][0] == 1 == found.success_rate
    assert found.median[0] == np.quantile(found.queries, 0.5, method="inverted_cdf")
    assert found.curve.success_at(found.queries.max())[0] == 1  # type: ignore[index]
    far = query_attack(Counts(logits, x, access), x, y, access=access, eps=0.001, budget=50)
    assert far.median[0] is None
    assert far.success == {}
    assert (far.queries == 50).all()


@pytest.mark.parametrize("access", ACCESS)
def test_a_model_that_never_answers_otherwise_never_falls_and_is_doubted(access: Any) -> None:
    x, y = at_distance(plane()[1], 1, "linf")
    constant = Counts(lambda p: np.tile([3.0, 0.0], (len(p), 1)), x, access)
    found = query_attack(constant, x, 0 * y, access=access, eps=0.3, budget=100)
    assert found.robust.all()
    assert found.median[0] is None
    assert ids(found) == ({"flat_scores"} if access == "scores" else {"unbounded_not_total"})
    assert found.reliability != "reliable"


@pytest.mark.parametrize("access", ACCESS)
@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_company_order_and_batches_change_nothing(access: Any, norm: str) -> None:
    logits, v = plane()
    x, y = at_distance(v, 0.85, norm)

    def attack(rows: Any, batch: int = 256) -> QueryAttack:
        model = Counts(logits, x, access)
        return query_attack(
            model, x[rows], y[rows], access=access, norm=norm, eps=EPS[norm], budget=60, batch=batch, checks=False
        )

    whole, back, small = attack(slice(None)), attack(slice(None, None, -1)), attack(slice(None), batch=5)
    for name in ("fell", "queries", "adversarial"):
        assert np.array_equal(getattr(whole, name), getattr(back, name)[::-1]), name
        assert np.array_equal(getattr(whole, name), getattr(small, name)), name
    alone = attack(slice(3, 4))
    assert alone.queries[0] == whole.queries[3]
    assert np.array_equal(alone.adversarial[0], whole.adversarial[3])


@pytest.mark.parametrize("access", ACCESS)
def test_the_seed_decides_every_bit(access: Any) -> None:
    logits, v = plane()
    x, y = at_distance(v, 0.85, "linf")
    one, two, other = (
        query_attack(Counts(logits, x, access), x, y, access=access, eps=EPS["linf"], budget=60, seed=s)
        for s in (1, 1, 2)
    )
    assert one.adversarial.tobytes() == two.adversarial.tobytes()
    assert np.array_equal(one.queries, two.queries)
    assert not np.array_equal(one.queries, other.queries)


def softmax(z: Array) -> Array:
    p = np.exp(z - z.max(1, keepdims=True))
    return np.asarray(p / p.sum(1, keepdims=True))


def top_two(z: Array) -> Array:
    p = softmax(z)
    return np.where(p >= np.sort(p, 1)[:, -2:-1], p, 0)


def test_logits_and_probabilities_are_the_same_to_it() -> None:
    logits, v = plane(5)
    x, y = at_distance(v, 0.85, "linf")
    one, other = (
        query_attack(Counts(logits, x, "scores", after), x, y, eps=EPS["linf"], budget=100)
        for after in (lambda z: z, softmax)
    )
    assert np.array_equal(one.fell, other.fell)
    assert abs(np.median(one.queries) - np.median(other.queries)) <= 5


@pytest.mark.parametrize("after", [lambda z: z[:, 1:] - z[:, :1], lambda z: z[:, 1] - z[:, 0]])
def test_a_single_logit_is_a_model_of_two_classes(after: Any) -> None:
    logits, v = plane()
    x, y = at_distance(v, 0.85, "linf")
    two, one = (
        query_attack(Counts(logits, x, "scores", how), x, y, eps=EPS["linf"], budget=100)
        for how in (lambda z: z, after)
    )
    assert one.clean.all()
    assert np.array_equal(one.fell, two.fell)
    assert one.fell.any()
    assert np.array_equal(one.before, y)


@pytest.mark.parametrize("after", [lambda z: softmax(z).round(2), lambda z: z.round(1), top_two, lambda z: 1000 * z])
def test_rounded_cut_and_scaled_scores_still_lead_there(after: Any) -> None:
    logits, v = plane(5)
    x, y = at_distance(v, 0.6, "linf")
    found = query_attack(Counts(logits, x, "scores", after), x, y, eps=EPS["linf"], budget=300)
    assert found.fell.mean() >= 0.9
    assert found.invalid == 0
    assert not ids(found)


@pytest.mark.parametrize("access", ACCESS)
def test_good_candidates_are_tried_first_and_moved_into_the_ball(access: Any) -> None:
    logits, v = plane()
    x, y = at_distance(v, 0.6, "linf")
    way = np.sign(v).reshape(1, 1, SIDE, SIDE) * (1 - 2 * y)[:, None, None, None]
    good = np.clip(x + 0.2 * way, 0, 1)
    one = query_attack(Counts(logits, x, access), x, y, access=access, eps=EPS["linf"], start=good)
    assert (one.queries == 2).all()
    two = query_attack(Counts(logits, x, access), x, y, access=access, eps=EPS["linf"], start=np.stack([x, good]))
    assert (two.queries == 3).all()
    assert two.invalid == 0


@pytest.mark.parametrize(("norm", "eps"), [("l1", 2.0), ("l0", 4)])
def test_by_scores_alone_few_values_are_found_as_well(norm: str, eps: float) -> None:
    """Each example lies so far off that so much in the best values is just enough, or not."""
    logits, v = plane()
    x = (0.5 + np.random.default_rng(1).uniform(-0.3, 0.3, (24, v.size))).astype(np.float32)
    y = logits(x).argmax(1)
    away = np.sign(v) * (1 - 2 * y)[:, None]
    room = np.where(away > 0, 1 - x, x).astype(np.float64)
    best = np.sort(np.abs(v) * room, axis=1)[:, -int(eps) :].sum(1) if norm == "l0" else _most_by_l1(room, v, eps)
    off = (x.astype(np.float64) - 0.5) @ v * (2 * y - 1)
    images = x.reshape(len(x), 1, SIDE, SIDE)
    found = query_attack(Counts(logits, images, "scores"), images, y, norm=norm, eps=eps, budget=300)
    near, far = off < 0.7 * best, off > best * (1 + 1e-5)
    assert near.sum() >= 6
    assert found.fell[near].mean() >= 0.9
    assert not found.fell[far].any()
    assert found.invalid == 0
    assert size_of(found.adversarial.astype(np.float64) - images, norm).max() <= eps * (1 + 1e-6)


def _most_by_l1(room: Array, v: Array, eps: float) -> Array:
    """How far `eps` in L1 moves each row along `v`: the steepest values through their `room`, the last in part."""
    order = np.argsort(-np.abs(v))
    used = np.clip(eps - (np.cumsum(room[:, order], axis=1) - room[:, order]), 0, room[:, order])
    return np.asarray(used @ np.abs(v)[order])


@pytest.mark.parametrize("access", ACCESS)
def test_needs_no_image(access: Any) -> None:
    logits, v = plane()
    x, y = at_distance(v, 0.5, "l2")
    flat = x.reshape(len(x), -1)
    found = query_attack(Counts(logits, flat, access), flat, y, access=access, norm="l2", eps=EPS["l2"], budget=700)
    assert found.fell.all()


def test_a_model_that_answers_at_random_is_called_out() -> None:
    logits, v = plane()
    x, y = at_distance(v, 0.8, "linf")
    rng = np.random.default_rng(0)
    noisy = Counts(lambda p: logits(p) + 0.3 * rng.standard_normal((len(p), 2)), x, "scores")
    found = query_attack(noisy, x, y, eps=EPS["linf"], budget=50)
    assert "nondeterministic_model" in ids(found)
    assert found.reliability == "unreliable"


def test_noise_that_breaks_what_the_search_left_is_called_out_and_counted() -> None:
    """Only where no two neighbours change alike is this model weak, and little is asked of it."""
    x = np.full((30, 1, SIDE, SIDE), 0.5, np.float32) + np.random.default_rng(0).uniform(-0.2, 0.2, (30, 1, 1, 1))
    x = x.astype(np.float32)
    seen = [0]

    def late(p: Array) -> Array:
        seen[0] += len(p)
        rough = (np.abs(np.diff(p, axis=3)) > 1e-4).mean((1, 2, 3))
        return np.stack([np.ones(len(p)), 2.0 * ((rough > 0.4) & (seen[0] > 90))], 1)

    found = query_attack(late, x, np.zeros(30, np.int64), eps=0.1, budget=2)
    assert "noise_beats_attack" in ids(found)
    assert not found.fell.any()
    assert not found.robust.all()
    assert np.array_equal(found.after != 0, ~found.robust)


def test_answers_that_are_not_finite_are_no_success_and_are_told() -> None:
    logits, v = plane()
    x, y = at_distance(v, 1.02, "linf")
    asked = [0]

    def sick(p: Array) -> Array:
        asked[0] += 1
        return logits(p) * (np.nan if asked[0] % 3 == 0 else 1)

    found = query_attack(sick, x, y, eps=EPS["linf"], budget=20)
    assert "non_finite_answers" in ids(found)
    assert not found.fell.any()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"budget": 1}, "the budget is 1; give at least 2"),
        ({"access": "logits"}, "there is no access 'logits'; known are scores, labels"),
        ({"norm": "l3"}, "there is no norm 'l3'; known are"),
        ({"norm": "l0", "eps": 1.5}, "a whole number from 1"),
        ({"eps": 0.0}, "must be above 0"),
        ({"bounds": (0.0, 0.5)}, "outside the bounds"),
        ({"y": np.full(12, 2)}, "returned 2 scores and the labels go up to 2"),
        ({"start": np.zeros((3, 4), np.float32)}, r"start has shape \(3, 4\)"),
        ({"start": np.full((12, 1, SIDE, SIDE), np.nan)}, "start holds NaN"),
        ({"batch": 0}, "the batch is 0"),
        ({"predict": lambda p: np.full((len(p), 2), np.nan)}, "NaN or infinity for 12 of 12"),
        ({"predict": lambda p: np.zeros((3, 2))}, r"returned shape \(3, 2\) for 12 inputs"),
        ({"predict": lambda p: np.zeros(len(p), np.int64)}, "for labels alone say access='labels'"),
        ({"predict": lambda p: np.zeros((len(p), 0))}, "a row of scores each, or one logit"),
        ({"predict": lambda p: np.zeros((len(p), 2, 2))}, "a row of scores each, or one logit"),
        ({"predict": lambda p: np.zeros((len(p), 1)), "y": np.full(12, 2)}, "returned 2 scores and the labels go up"),
        ({"predict": lambda p: np.zeros((len(p), 2)), "access": "labels"}, "for scores say access='scores'"),
        ({"predict": lambda p: np.zeros(len(p)), "access": "labels"}, "one whole number each"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(change: dict[str, Any], sentence: str) -> None:
    logits, v = plane()
    x, y = at_distance(v, 1, "linf")
    arguments = {"predict": logits, "x": x, "y": y, "eps": 0.05, **change}
    with pytest.raises(UsageError, match=sentence) as error:
        query_attack(**arguments)
    assert "\n" not in str(error.value)


def test_works_without_torch() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import numpy as np\n"
        "from bartizan.attacks.evasion import query_attack\n"
        "p = lambda x: np.stack([x.reshape(len(x), -1).mean(1), np.full(len(x), .5)], 1)\n"
        "x = np.full((2, 1, 8, 8), .52, np.float32)\n"
        "assert query_attack(p, x, np.zeros(2, int), eps=.05, budget=50).fell.all()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
