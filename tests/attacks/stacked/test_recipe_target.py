import numpy as np
import pytest

from bartizan.attacks.stacked import Recipe, RecipeTarget
from bartizan.core.errors import ModelError

torch = pytest.importorskip("torch")
RNG = np.random.default_rng(0)
Y = RNG.integers(2, size=80)
X = (RNG.random((80, 4)) * 0.3 + 0.6 * Y[:, None]).astype(np.float32)


def net() -> "torch.nn.Module":
    return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))


def target(**changes: object) -> RecipeTarget:
    return RecipeTarget(Recipe(net, epochs=10, batch=16, rate=0.01, **changes), 2, (4,))  # type: ignore[arg-type]


def test_all_seeds_are_trained_together_and_differ() -> None:
    models = target().retrain_all(X, Y, seeds=(3, 4))
    assert [(m.labels(X) == Y).mean() for m in models] == [1, 1]
    assert not np.array_equal(models[0].scores(X), models[1].scores(X))
    assert len({m.info.digest for m in models}) == 2


def test_the_same_seeds_give_the_same_models_and_other_records_other_ones() -> None:
    one, two = (target().retrain_all(X, Y, seeds=(3, 4))[1].scores(X) for _ in range(2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, target().retrain_all(X, 1 - Y, seeds=(3, 4))[1].scores(X))


def test_what_it_answers_is_what_its_logits_say() -> None:
    (model,) = target().retrain_all(X, Y, seeds=(1,))
    assert np.allclose(model.logits(torch.from_numpy(X)).softmax(1).detach().numpy(), model.scores(X), atol=1e-6)


def test_its_numbers_can_be_written_down_and_put_back() -> None:
    (model,) = target().retrain_all(X, Y, seeds=(1,))
    again = target().with_parameters(model.parameters(), digest="kept")
    assert np.array_equal(again.scores(X), model.scores(X))
    assert again.info.digest != model.info.digest


def test_a_training_that_diverges_is_a_sentence() -> None:
    model = target(optimiser="sgd")
    model.net[0].weight.data.fill_(float("nan"))  # type: ignore[index, union-attr]
    with pytest.raises(ModelError, match="diverged"):
        model.labels(X)


def test_no_seed_no_model() -> None:
    assert target().retrain_all(X, Y, seeds=()) == []
