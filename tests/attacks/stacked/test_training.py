from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.attacks.stacked import Recipe, fair_coins, paired_coins, train_stacked
from bartizan.core.errors import DataError, UsageError

torch = pytest.importorskip("torch")
nn = torch.nn
N, D, K = 150, 16, 3
rng = np.random.default_rng(0)
X = rng.standard_normal((N, 1, 4, 4)).astype(np.float32)
Y = rng.integers(K, size=N)
INSIDE = fair_coins(5, N, 1)


def mlp() -> object:
    return nn.Sequential(nn.Flatten(), nn.Linear(D, 12), nn.ReLU(), nn.Linear(12, K))


def cnn() -> object:
    return nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, K))


def deep_cnn() -> object:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.GELU(), nn.AvgPool2d(2), nn.Conv2d(4, 6, (1, 2), stride=(1, 2)),
        nn.Sequential(nn.Tanh(), nn.ReLU()), nn.Flatten(), nn.ReLU(), nn.Linear(12, 8), nn.ReLU(), nn.ReLU(),
        nn.Sigmoid(), nn.Linear(8, K, bias=False),
    )  # fmt: skip


def wide() -> object:
    """The stride skips pixels, and nothing but a pool stands between the map and the logits."""
    return nn.Sequential(
        nn.MaxPool2d(2, stride=1), nn.Conv2d(1, 5, 1, stride=2), nn.LeakyReLU(), nn.Conv2d(5, K, 2), nn.Flatten()
    )


class Residual(nn.Module):  # type: ignore[name-defined,misc]
    def __init__(self) -> None:
        super().__init__()
        self.flat, self.inner, self.last, self.idle = nn.Flatten(), nn.Linear(D, D), nn.Linear(D, K), nn.Linear(2, 2)

    def forward(self, x: object) -> object:
        h = self.flat(x)
        return self.last(h + self.inner(h).relu())


def normalised() -> object:
    return nn.Sequential(nn.Flatten(), nn.Linear(D, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Linear(12, K))


def dropping() -> object:
    return nn.Sequential(nn.Flatten(), nn.Linear(D, 12), nn.Dropout(0.5), nn.Linear(12, K))


ADAM = Recipe(mlp, epochs=4, batch=16, rate=5e-3)
SGD = Recipe(mlp, epochs=4, batch=16, optimiser="sgd", rate=0.1)
RECIPES = [
    ADAM,
    SGD,
    replace(SGD, momentum=0.0, schedule="cosine", decay=1e-2),
    replace(ADAM, schedule="linear", decay=1e-2, smoothing=0.1),
    replace(ADAM, order="shared"),
]


@pytest.mark.parametrize("recipe", RECIPES, ids=range(len(RECIPES)))
@pytest.mark.parametrize(
    ("build", "path"), [(mlp, "matrix"), (cnn, "matrix"), (deep_cnn, "matrix"), (Residual, "vmap")]
)
def test_together_is_one_after_another(recipe: Recipe, build: Callable[[], object], path: str) -> None:
    one = replace(recipe, build=build)  # type: ignore[arg-type]
    together = train_stacked(one, X, Y, inside=INSIDE, seed=3)
    apart = train_stacked(one, X, Y, inside=INSIDE, seed=3, path="sequential")
    assert together.path == path
    np.testing.assert_allclose(together.logits, apart.logits, atol=2e-4)
    assert np.abs(together.logits[0] - together.logits[1]).max() > 0.05


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    build=st.sampled_from([mlp, cnn, deep_cnn, wide, Residual]), optimiser=st.sampled_from(["sgd", "adam"]),
    schedule=st.sampled_from(["constant", "cosine", "linear"]), decay=st.sampled_from([0.0, 1e-3, 1e-1]),
    smoothing=st.sampled_from([0.0, 0.2]), momentum=st.sampled_from([0.0, 0.9]), batch=st.sampled_from([5, 16, 200]),
    order=st.sampled_from(["own", "shared"]), sizes=st.lists(st.integers(1, 60), min_size=1, max_size=3),
)  # fmt: skip
def test_any_recipe_on_sets_of_any_size_is_one_after_another(
    build: Callable[[], object], sizes: list[int], **how: object
) -> None:
    rate = 3e-3 if how["optimiser"] == "adam" else 3e-2
    recipe = Recipe(build, epochs=2, rate=rate, **how)  # type: ignore[arg-type]
    inside = np.random.default_rng(0).permuted(np.arange(N) < np.array(sizes)[:, None], axis=1)
    together, apart = (
        train_stacked(recipe, X, Y, inside=inside, seed=3, points=X[:40], path=p).logits for p in (None, "sequential")
    )
    np.testing.assert_allclose(together, apart, atol=5e-4)


def twice() -> object:
    layer = nn.Linear(D, D)
    return nn.Sequential(nn.Flatten(), layer, nn.ReLU(), layer, nn.Linear(D, K))


class Doubling(nn.Linear):  # type: ignore[name-defined,misc]
    def forward(self, x: object) -> object:
        return super().forward(x) * 2


def inherited() -> object:
    return nn.Sequential(nn.Flatten(), Doubling(D, K))


def hooked() -> object:
    net = mlp()
    net[1].register_forward_hook(lambda module, given, answer: answer * 2)  # type: ignore[index]
    return net


def grouped() -> object:
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 2, groups=2), nn.Flatten(), nn.Linear(4, K))


@pytest.mark.parametrize("build", [inherited, hooked, grouped])
def test_what_only_looks_like_a_chain_of_layers_is_trained_as_what_it_is(build: Callable[[], object]) -> None:
    recipe = replace(ADAM, build=build)  # type: ignore[arg-type]
    together, apart = (train_stacked(recipe, X, Y, inside=INSIDE, seed=3, path=p) for p in (None, "sequential"))
    assert together.path == "vmap"
    np.testing.assert_allclose(together.logits, apart.logits, atol=2e-4)
    with pytest.raises(UsageError, match="no plain chain of layers"):
        train_stacked(recipe, X, Y, inside=INSIDE, seed=3, path="matrix")


def frozen() -> object:
    net = mlp()
    net[1].requires_grad_(False)  # type: ignore[index]
    return net


class Features(nn.Module):  # type: ignore[name-defined,misc]
    """Random features, others in each network."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(8, K)
        self.register_buffer("first", torch.randn(D, 8))

    def forward(self, x: object) -> object:
        return self.last((x.flatten(1) @ self.first).relu())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("build", "why"), [(frozen, "not to be trained"), (Features, "buffers differ"), (twice, "belong to two layers")]
)
def test_what_the_stack_would_share_or_train_wrongly_is_trained_one_by_one(
    build: Callable[[], object], why: str
) -> None:
    found = train_stacked(replace(ADAM, build=build), X, Y, inside=INSIDE, seed=3)  # type: ignore[arg-type]
    assert found.path == "sequential"
    assert why in found.reason


@pytest.mark.parametrize("build", [cnn, Residual])
def test_the_same_call_gives_the_same_bits(build: Callable[[], object]) -> None:
    recipe = replace(ADAM, build=build)  # type: ignore[arg-type]
    first, again = (train_stacked(recipe, X, Y, inside=INSIDE, seed=3).logits for _ in range(2))
    assert np.array_equal(first, again)


@pytest.mark.parametrize("build", [normalised, dropping])
def test_what_cannot_be_stacked_is_trained_one_by_one_and_says_why(build: Callable[[], object]) -> None:
    recipe = replace(ADAM, build=build)  # type: ignore[arg-type]
    found = train_stacked(recipe, X, Y, inside=INSIDE, seed=3)
    assert found.path == "sequential"
    assert "in training" in found.reason
    assert np.isfinite(found.logits).all()


def test_a_single_layer_without_a_name_is_stacked_too() -> None:
    recipe, flat = replace(ADAM, build=lambda: nn.Linear(D, K, bias=False)), X.reshape(N, D)
    together, apart = (train_stacked(recipe, flat, Y, inside=INSIDE, seed=3, path=p) for p in (None, "sequential"))
    assert together.path == "matrix"
    np.testing.assert_allclose(together.logits, apart.logits, atol=2e-4)


def test_a_small_memory_trains_the_same_models_in_turn() -> None:
    whole = train_stacked(ADAM, X, Y, inside=INSIDE, seed=3)
    alone = train_stacked(ADAM, X, Y, inside=INSIDE[:1], seed=3)
    least = alone.peak + whole.logits.nbytes
    parts = train_stacked(ADAM, X, Y, inside=INSIDE, seed=3, memory=least)
    np.testing.assert_allclose(whole.logits, parts.logits, atol=2e-4)
    assert parts.peak <= least < whole.peak


def test_more_models_are_the_same_first_ones() -> None:
    few, many = (train_stacked(ADAM, X, Y, inside=INSIDE[:m], seed=3).logits for m in (2, 5))
    np.testing.assert_allclose(few, many[:2], atol=2e-4)


def test_seed_decides_everything_and_global_state_is_left_alone() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, again, other = (train_stacked(ADAM, X, Y, inside=INSIDE, seed=s).logits for s in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other, atol=1e-2)
    assert torch.equal(before, torch.get_rng_state())


def test_only_what_is_inside_is_learnt() -> None:
    recipe = replace(ADAM, epochs=60)
    turned = np.where(INSIDE[0], Y, (Y + 1) % K)
    one, two = (train_stacked(recipe, X, labels, inside=INSIDE[:1], seed=3).logits[0] for labels in (Y, turned))
    assert np.array_equal(one, two)
    right = one.argmax(1) == Y
    assert right[INSIDE[0]].mean() > right[~INSIDE[0]].mean() + 0.2


def test_logits_are_those_of_evaluation_at_the_points_asked_about() -> None:
    found = train_stacked(ADAM, X, Y, inside=INSIDE, seed=3, points=X[:7], keep_weights=True)
    assert found.logits.shape == (5, 7, K)
    assert found.weights is not None
    net = mlp()
    net.load_state_dict({n: torch.from_numpy(w[2]) for n, w in found.weights.items()})  # type: ignore[attr-defined]
    np.testing.assert_allclose(net(torch.from_numpy(X[:7])).detach().numpy(), found.logits[2], atol=1e-5)  # type: ignore[operator]


def test_coins_are_independent_of_each_other() -> None:
    coins = fair_coins(4, 20000, 0)
    assert coins.mean() == pytest.approx(0.5, abs=0.01)
    others = coins[1:].sum(axis=0)
    assert others[coins[0]].mean() == pytest.approx(others[~coins[0]].mean(), abs=0.05)
    assert set(coins.sum(axis=0).tolist()) == {0, 1, 2, 3, 4}


def test_what_cannot_be_trained_is_a_sentence() -> None:
    with pytest.raises(DataError, match="one row of masks a model"):
        train_stacked(ADAM, X, Y, inside=INSIDE[:, :-1], seed=0)
    with pytest.raises(DataError, match="1 of 1 models"):
        train_stacked(ADAM, X, Y, inside=np.zeros((1, N), np.bool_), seed=0)
    for wrong in (-1, K):
        with pytest.raises(DataError, match="1 of 150 labels are not among the 3 classes"):
            train_stacked(ADAM, X, np.where(np.arange(N) == 0, wrong, Y % K), inside=INSIDE, seed=0)
    with pytest.raises(UsageError, match=r"one model of this recipe takes about .* allow more"):
        train_stacked(ADAM, X, Y, inside=INSIDE, seed=0, memory=10_000)
    with pytest.raises(UsageError, match="there is no optimiser 'adagrad'"):
        replace(ADAM, optimiser="adagrad")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="at least 1 epoch"):
        replace(ADAM, epochs=0)


def test_paired_coins_share_each_coin_and_no_other() -> None:
    coins = paired_coins(5, 20000, 0)
    assert (coins[0] ^ coins[1]).all()
    assert (coins[2] ^ coins[3]).all()
    assert set(coins[:4].sum(axis=0).tolist()) == {2}
    for a, b in ((0, 2), (0, 4), (1, 2), (2, 4)):
        assert (coins[a] == coins[b]).mean() == pytest.approx(0.5, abs=0.02)
