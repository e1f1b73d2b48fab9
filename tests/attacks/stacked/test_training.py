from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

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
@pytest.mark.parametrize(("build", "path"), [(mlp, "matrix"), (cnn, "vmap")])
def test_together_is_one_after_another(recipe: Recipe, build: Callable[[], object], path: str) -> None:
    one = replace(recipe, build=build)  # type: ignore[arg-type]
    together = train_stacked(one, X, Y, inside=INSIDE, seed=3)
    apart = train_stacked(one, X, Y, inside=INSIDE, seed=3, path="sequential")
    assert together.path == path
    np.testing.assert_allclose(together.logits, apart.logits, atol=2e-4)
    assert np.abs(together.logits[0] - together.logits[1]).max() > 0.05


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
    whole, parts = (train_stacked(ADAM, X, Y, inside=INSIDE, seed=3, memory=m).logits for m in (1 << 30, 1))
    np.testing.assert_allclose(whole, parts, atol=2e-4)


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
