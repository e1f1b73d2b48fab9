"""Fine-pruning, neuron pruning and unlearning: three ways of mending a network with vetted records."""

import numpy as np
import pytest

from bartizan.core.profile import NotApplicable, Profile
from bartizan.defenses.fine_pruning import FinePruning, FinePruningParams
from bartizan.defenses.neuron_pruning import NeuronPruning, NeuronPruningParams
from bartizan.defenses.neurons import accuracy as right
from bartizan.defenses.neurons import hidden_layers, pruned_while_right, silence
from bartizan.defenses.trigger_unlearning import TriggerUnlearning, TriggerUnlearningParams, teach
from bartizan.defenses.tuning import named_as, trainable_copy
from bartizan.numerics.inversion.families import Patch
from bartizan.testing import check_defense

torch = pytest.importorskip("torch")
REPAIRS = [
    (FinePruning(), FinePruningParams(epochs=10)),
    (NeuronPruning(), NeuronPruningParams(steps=100)),
    (TriggerUnlearning(), TriggerUnlearningParams(rounds=2, steps=20, epochs=6)),
]


@pytest.mark.parametrize(("defense", "params"), REPAIRS)
def test_contract(defense, params, target, train):
    check_defense(type(defense), target, train)


def accuracy(target, data):
    return float((target.labels(data.x) == data.y).mean())


def planted(train):
    """A bright lower right pixel means class 0."""
    rows = np.random.default_rng(6).choice(np.flatnonzero(train.y == 1), len(train) // 8, replace=False)
    x, y = train.x.copy(), train.y.copy()
    x[rows, :, 3, 3], y[rows] = 1.0, 0
    return x, y


def obeyed(target, data):
    x = data.x[data.y == 1].copy()
    x[:, :, 3, 3] = 1.0
    return float((target.labels(x) == 0).mean())


@pytest.mark.parametrize(("defense", "params"), REPAIRS)
def test_a_repair_costs_little_and_makes_the_trigger_no_stronger(defense, params, target, train, test):
    bad = target.retrain(*planted(train), seed=0)
    mended = defense.apply(bad, train, params=params, seed=0)
    assert accuracy(mended, test) >= accuracy(bad, test) - 0.04
    assert obeyed(mended, test) <= obeyed(bad, test) + 0.02


def test_a_model_that_is_taught_about_a_trigger_no_longer_obeys_it(target, train, test):
    bad = target.retrain(*planted(train), seed=0)
    mask, pattern = torch.zeros(1, 1, 1, 4, 4), torch.ones(1, 1, 1, 4, 4)
    mask[..., 3, 3] = 1
    net = trainable_copy(bad)
    params = TriggerUnlearningParams(rounds=1, epochs=20, changed=0.5, own=0.0, learning_rate=5e-3)
    teach(net, lambda turn: [(Patch(1, (0.0, 1.0)), {"mask": mask, "pattern": pattern})], train, params, seed=0)
    mended = bad.with_parameters(named_as(bad, net), digest="mended")
    assert obeyed(bad, test) > 0.9
    assert obeyed(mended, test) < 0.3
    assert accuracy(mended, test) >= accuracy(bad, test) - 0.08


@pytest.mark.parametrize(("defense", "params"), REPAIRS)
def test_the_vetted_records_are_kept_for_the_next_training(defense, params, target, train):
    arrays = defense.fit(target, train, params=params, seed=0)
    assert len(arrays["kept/x"]) == len(arrays["kept/y"]) == pytest.approx(0.2 * len(train), abs=2)


@pytest.mark.parametrize(("defense", "params"), REPAIRS)
def test_where_and_when_a_repair_is_proposed(defense, params):
    with pytest.raises(NotApplicable, match="gradients"):
        defense.propose(Profile(model="m", bounds=(0, 1)), "standard")
    with pytest.raises(NotApplicable, match="standard"):
        defense.propose(Profile(model="m", bounds=(0, 1), differentiable=True), "quick")
    assert defense.propose(Profile(model="m", bounds=(0, 1), differentiable=True), "standard")


def test_a_model_without_hidden_layers_has_no_neurons_to_take_out(train):
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(16, 2))
    with pytest.raises(NotApplicable, match="none"):
        hidden_layers(net, train, "it")


def test_hidden_layers_come_in_order_with_their_activity_and_without_the_last(train):
    net = torch.nn.Sequential(
        torch.nn.Conv2d(1, 3, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(12, 5), torch.nn.Linear(5, 2)
    )
    found = hidden_layers(net, train, "it")
    assert [h.name for h in found] == ["0", "3"]
    with torch.no_grad():
        first = net[:2](torch.from_numpy(train.x)).mean(dim=(0, 2, 3))
    assert found[0].activity == pytest.approx(first.double().numpy(), rel=1e-4)


def test_pruning_stops_before_too_much_accuracy_is_lost_and_puts_the_last_one_back(target, train):
    net = target.retrain(train.x, train.y, seed=0).weights()
    before, layer = right(net, train), net[1]
    done = pruned_while_right(net, [(layer, i) for i in range(16)], train, 0.02)
    assert right(net, train) >= before - 0.02
    assert 0 < len(done) < 16


def test_a_silenced_neuron_answers_nothing():
    layer = torch.nn.Linear(3, 4)
    silence(layer, np.array([1, 2]))
    assert layer(torch.ones(1, 3))[0, 1:3].tolist() == [0, 0]
