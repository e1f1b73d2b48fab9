import numpy as np
import pytest
import torch

from bartizan.core.profile import NotApplicable
from bartizan.defenses.tuning import Schedule, descend, named_as, trainable_copy
from bartizan.numerics.linear import LinearTarget


def test_descending_lowers_the_loss_and_leaves_global_randomness_alone(target, train):
    net = trainable_copy(target)
    state = torch.get_rng_state()
    x, y = torch.from_numpy(train.x), torch.from_numpy(train.y)
    before = torch.nn.functional.cross_entropy(net(x), y).item()
    descend(net, train, Schedule(), seed=0)
    assert torch.nn.functional.cross_entropy(net(x), y).item() < before
    assert torch.equal(torch.get_rng_state(), state)


def test_names_are_looked_for_behind_a_wrapper(target):
    wrapped = torch.nn.Sequential()
    wrapped.add_module("core", trainable_copy(target))
    named = named_as(target, wrapped)
    assert named.keys() == target.parameters().keys()
    assert all(np.array_equal(named[k], v) for k, v in target.parameters().items())


def test_weights_that_cannot_be_written_back_or_seen_are_said_so(target):
    linear = LinearTarget(np.ones((4, 3)))
    with pytest.raises(NotApplicable, match="cannot be written back"):
        named_as(linear, LinearTarget(np.ones((5, 3))).weights())

    class Closed(LinearTarget):
        def weights(self):
            return super(LinearTarget, self).weights()

    with pytest.raises(NotApplicable, match="does not show its weights"):
        trainable_copy(Closed(np.ones((4, 3))))
