from dataclasses import replace

import pytest

from bartizan.attacks.stacked import Recipe
from bartizan.attacks.stacked.steps import AllAtOnce, stepper

torch = pytest.importorskip("torch")
ADAM = Recipe(torch.nn.Identity, rate=0.1)
SGD = replace(ADAM, optimiser="sgd")


@pytest.mark.parametrize(
    "recipe", [ADAM, SGD, replace(SGD, momentum=0.0, decay=0.1), replace(ADAM, decay=0.1)], ids=str
)
def test_all_at_once_is_model_by_model_and_a_rate_of_zero_stands_still(recipe: Recipe) -> None:
    rng = torch.Generator().manual_seed(0)
    start = torch.randn(3, 4, 2, generator=rng)
    stacks = [{"w": start.clone(), "idle": start.clone()} for _ in range(2)]
    steps = [stepper(stacks[0], recipe), AllAtOnce(stacks[1], recipe)]
    for i in range(5):
        gradient = torch.randn(start.shape, generator=rng)
        for step in steps:
            step({"w": gradient.clone()}, [0.1, 0.2 / (i + 1), 0.0])
    torch.testing.assert_close(stacks[0]["w"], stacks[1]["w"])
    assert all(torch.equal(stack["idle"], start) for stack in stacks)
    assert torch.equal(stacks[0]["w"][2], start[2])
    assert not torch.equal(stacks[0]["w"][1], start[1])
