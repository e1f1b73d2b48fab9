import pytest

from bartizan.attacks.stacked.memory import bytes_a_model, models_at_once
from bartizan.attacks.stacked.recipe import Recipe

torch = pytest.importorskip("torch")
NET = torch.nn.Sequential(torch.nn.Linear(100, 50, bias=False))
RECIPE = Recipe(lambda: NET, optimiser="sgd")


def test_parameters_and_answers_are_counted() -> None:
    small, large = (bytes_a_model(NET, torch.zeros(b, 100), RECIPE) for b in (1, 11))
    assert small >= 4 * 4 * 5000
    assert large - small == 10 * 150 * 3 * 4


def test_as_many_models_as_memory_holds_and_one_at_least() -> None:
    batch = torch.zeros(8, 100)
    each = bytes_a_model(NET, batch, RECIPE)
    assert models_at_once(NET, batch, RECIPE, 3 * each + 1, "matrix") == 3
    assert models_at_once(NET, batch, RECIPE, 1, "matrix") == 1
    assert models_at_once(NET, batch, RECIPE, 100 * each, "sequential") == 1
