from dataclasses import replace

import pytest

from bartizan.attacks.stacked.chain import Chain
from bartizan.attacks.stacked.layers import layers_of
from bartizan.attacks.stacked.memory import bytes_a_model, planned
from bartizan.attacks.stacked.recipe import Recipe
from bartizan.core.errors import UsageError

torch = pytest.importorskip("torch")
NET = torch.nn.Sequential(torch.nn.Linear(100, 50, bias=False))
RECIPE = Recipe(lambda: NET, optimiser="sgd", batch=8)
X = torch.zeros(300, 100)


@pytest.mark.parametrize("path", ["matrix", "vmap", "sequential"])
def test_parameters_answers_and_batches_are_counted(path: str) -> None:
    small, large = (bytes_a_model(NET, path, X, replace(RECIPE, batch=b)) for b in (1, 11))  # type: ignore[arg-type]
    assert small >= 4 * 4 * 5000
    assert large - small >= 10 * (100 + 50) * 4


def test_what_a_chain_says_it_keeps_is_what_it_makes() -> None:
    net = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Conv2d(4, 2, 3), torch.nn.Flatten(), torch.nn.Linear(32, 3)
    )
    layers = layers_of(net, torch.zeros(2, 1, 8, 8))
    assert layers is not None
    chain = Chain(layers, 2, 5, 0.0, "cpu")
    made = [v for p in chain.passes for v in (getattr(p, "answer", None), getattr(p, "back", None)) if v is not None]
    assert chain.numbers >= sum(t.numel() for t in [chain.flat.values, chain.flat.gradients, chain.given, *made])
    assert Chain(layers, 1, 5, 0.0, "meta").numbers * 2 == chain.numbers


def test_as_many_models_as_memory_holds() -> None:
    one, three = (planned(NET, "matrix", X, X, m, RECIPE, 1 << 30) for m in (1, 3))
    assert (one.at_once, three.at_once) == (1, 3)
    assert planned(NET, "matrix", X, X, 1000, RECIPE, 1 << 40).at_once < 200, "the cache holds no more"
    assert planned(NET, "vmap", X, X, 100, RECIPE, 1 << 40).at_once == 100
    assert planned(NET, "sequential", X, X, 100, RECIPE, 1 << 40).at_once == 1
    tight = planned(NET, "matrix", X, X, 3, RECIPE, three.peak - 1)
    assert tight.at_once == 2
    assert tight.peak < three.peak


def test_a_cap_that_holds_not_one_model_is_a_sentence() -> None:
    with pytest.raises(UsageError, match=r"one model of this recipe takes about .* MiB .* memory allows 0\.1 MiB"):
        planned(NET, "matrix", X, X, 3, RECIPE, 100_000)
