import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from bartizan.certifiers.controls import RADIUS, at_distance, linear_target
from bartizan.certifiers.interval_bounds import CERTIFIED, IntervalBounds, largest_certified, verdicts
from bartizan.certifiers.network import read
from bartizan.certifiers.referee import CertifierReferee
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.view import grant

SHAPE, BOUNDS = (1, 8, 8), (0.0, 1.0)


class Called(nn.Module):
    """Written the way people write networks: functions, a residual sum, sizes read off the input."""

    def __init__(self):
        super().__init__()
        self.conv, self.same = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.norm, self.full, self.last = nn.BatchNorm2d(4), nn.Linear(4 * 16, 10), nn.Linear(10, 3)

    def forward(self, x):
        x = F.relu(self.norm(self.conv((x - 0.5) / 0.25)))
        x = F.max_pool2d(x + self.same(x), 2)
        x = F.relu(self.full(x.view(x.size(0), -1)))
        return F.log_softmax(self.last(x), dim=1)


def plain():
    layers = [nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.LeakyReLU(0.1), nn.AvgPool2d(2), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(16, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 3))


def network(kind, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = Called() if kind == "called" else plain()
        if kind == "called":
            net.norm.running_mean.normal_()
            net.norm.running_var.uniform_(0.5, 2)
    return net.eval()


def images(n=12, seed=0):
    return np.random.default_rng(seed).uniform(0.1, 0.9, (n, *SHAPE)).astype(np.float32)


@torch.no_grad()
def classes(net, x):
    return net(torch.from_numpy(x)).argmax(1).numpy()


@pytest.mark.parametrize("kind", ["plain", "called"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_point_of_a_certified_box_is_answered_otherwise(kind, seed):
    net, x = network(kind, seed), images(seed=seed)
    y = classes(net, x)
    radius = largest_certified(read(net, SHAPE, BOUNDS), x, y, BOUNDS, 14)
    assert (radius > 0).mean() > 0.5
    rng = np.random.default_rng(1)
    for i in np.flatnonzero(radius):
        corners = x[i] + radius[i] * (1 - 1e-6) * rng.choice([-1, 1], (300, *SHAPE))
        assert (classes(net, np.clip(corners, 0, 1).astype(np.float32)) == y[i]).all()


@pytest.mark.parametrize("kind", ["plain", "called"])
def test_the_bounds_of_the_features_hold_every_value_computed(kind):
    net, x = network(kind), images(2)
    entered = []
    last = [m for m in net.modules() if isinstance(m, nn.Linear)][-1]
    last.register_forward_pre_hook(lambda module, args: entered.append(args[0]))
    centre = torch.from_numpy(x[:1]).double()
    low, high = read(net, SHAPE, BOUNDS).features((centre - 0.05, centre + 0.05))
    points = x[0] + np.random.default_rng(0).uniform(-0.05, 0.05, (500, *SHAPE))
    classes(net, points.astype(np.float32))
    seen = entered[-1].double()
    assert (seen >= low).all()
    assert (seen <= high).all()


def test_a_linear_model_is_certified_up_to_its_exact_radius():
    target, probe = linear_target(), at_distance(RADIUS).probe
    net = read(target.weights(), target.info.input_shape, target.info.bounds)
    radius = largest_certified(net, probe.x, probe.y, target.info.bounds, 24)
    assert np.allclose(radius, RADIUS, atol=1e-5)
    assert (radius <= RADIUS + 1e-7).all()


def test_float32_rounding_is_allowed_for():
    """(x + 2048) − 2048 keeps only multiples of 1/4096 of x: the real bounds would promise more than float32 keeps."""
    first, last = nn.Linear(1, 1), nn.Linear(1, 2)
    with torch.no_grad():
        first.weight.fill_(1), first.bias.fill_(2048)
        last.weight.copy_(torch.tensor([[0.0], [1.0]])), last.bias.copy_(torch.tensor([0.0, -2048.5]))
    net = nn.Sequential(first, nn.ReLU(), last).eval()
    x = np.linspace(0.5, 0.505, 400, dtype=np.float32)[:, None]
    y = (x[:, 0] > 0.5).astype(np.int64)
    radius = largest_certified(read(net, (1,), BOUNDS), x, y, BOUNDS, 24)
    real = np.abs(x[:, 0] - 0.5)
    assert (radius <= real).all()
    assert (radius[classes(net, x) != y] == 0).all()
    assert radius[-1] > 0
    lowest = (x - radius[:, None]).astype(np.float32)
    assert (classes(net, lowest)[radius > 0] == 1).all()


def test_verdicts_tell_certified_wrong_and_undecided_apart():
    target, probe = linear_target(), at_distance(RADIUS).probe
    net = read(target.weights(), target.info.input_shape, target.info.bounds)
    assert (verdicts(net, probe.x, probe.y, 0.05, BOUNDS) == CERTIFIED).all()
    assert (verdicts(net, probe.x, probe.y, 0.2, BOUNDS) == 0).all()
    assert (verdicts(net, probe.x, 1 - probe.y, 0.05, BOUNDS) == 2).all()


class Wrapped(nn.Module):
    def __init__(self, core, before):
        super().__init__()
        self.core, self.before = core, before

    def forward(self, x):
        assert len(x)
        return self.core(self.before(x))


def test_scaling_by_a_wrapper_is_looked_through():
    core, x = network("plain"), images()
    bare = read(core, SHAPE, BOUNDS)
    scaled = Wrapped(core, lambda x: (x - 0.5) / 0.25).eval()
    y = classes(scaled, x)
    radius = largest_certified(read(scaled, SHAPE, BOUNDS), x, y, BOUNDS, 14)
    expected = largest_certified(bare, ((x - 0.5) / 0.25).astype(np.float32), y, (-2.0, 2.0), 16) * 0.25
    assert np.allclose(radius, expected, atol=2e-3)
    assert (radius > 0).any()


@pytest.mark.parametrize(
    ("net", "named"),
    [
        (nn.Sequential(nn.Flatten(), nn.Linear(64, 4), nn.Tanh(), nn.Linear(4, 3)), r"'2' \(Tanh\)"),
        (nn.Sequential(nn.Flatten(), nn.Linear(64, 3), nn.Softmax(1), nn.Linear(3, 3)), r"'2' \(Softmax\)"),
        (nn.Sequential(nn.Flatten(), nn.Linear(64, 3), nn.ReLU()), "ends in a linear layer"),
        (Wrapped(plain(), torch.sqrt), "one factor and one shift"),
        (plain().train(), "training mode"),
    ],
)
def test_what_has_no_rule_is_named(net, named):
    with pytest.raises(NotApplicable, match=named):
        read(net if "training" in named else net.eval(), SHAPE, BOUNDS)


def test_a_network_that_decides_by_its_input_is_not_applicable():
    class Deciding(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(64, 3), nn.Linear(64, 3)

        def forward(self, x):
            return self.a(x.flatten(1)) if x.mean() > 0 else self.b(x.flatten(1))

    with pytest.raises(NotApplicable, match="cannot be read off"):
        read(Deciding().eval(), SHAPE, BOUNDS)


@pytest.mark.parametrize("control", IntervalBounds.controls(), ids=lambda c: c.name)
def test_controls_hold_through_the_referee(control):
    attack, target, roles = IntervalBounds(), control.target(), control.roles()
    params = attack.params.model_validate(control.params)
    view = grant(target, control.access, control.budget, roles)
    artifact = attack.run(view, params=params, seed=0)
    assert view.meter.queries == 0
    measured = CertifierReferee().measure(target, roles, artifact, params=params, seed=0)
    (share,) = [m.value for m in measured.measurements if m.estimand == control.harm]
    assert share >= control.threshold if control.kind == "positive" else share <= control.threshold
    assert not measured.flags


def test_proposals_ask_at_the_sizes_that_count_and_below():
    profile = Profile(model="m", bounds=(0, 1), differentiable=True, norms=(("l2", 1.0), ("linf", 0.1)))
    (proposal,) = IntervalBounds().propose(profile, "quick")
    assert proposal.params["eps"] == [0.002, 0.02, 0.1]
    with pytest.raises(NotApplicable, match="L∞"):
        IntervalBounds().propose(profile.model_copy(update={"norms": ()}), "quick")
    with pytest.raises(NotApplicable, match="gradients"):
        IntervalBounds().propose(profile.model_copy(update={"differentiable": False}), "quick")
