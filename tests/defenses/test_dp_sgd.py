import numpy as np
import pytest

from bartizan.core.profile import NotApplicable, Profile
from bartizan.defenses import dp_sgd
from bartizan.defenses.dp_sgd import DpSgd, DpSgdParams, descend_privately, noise_multiplier

torch = pytest.importorskip("torch")
PROFILE = Profile(model="m", differentiable=True)
PARAMS = DpSgdParams(epochs=5, batch=64, epsilon=8.0)


def test_without_opacus_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(dp_sgd, "find_spec", lambda name: None)
    with pytest.raises(NotApplicable, match=r"bartizan\[dp\]"):
        DpSgd().propose(PROFILE, "standard")


def test_a_model_without_gradients():
    with pytest.raises(NotApplicable, match="has none"):
        DpSgd().propose(Profile(model="m", differentiable=False), "standard")


class TestWithOpacus:
    @pytest.fixture(autouse=True)
    def opacus(self):
        return pytest.importorskip("opacus")

    def test_it_learns_and_its_retrainings_stay_private(self, target, train, test):
        treated = DpSgd().apply(target, train, params=PARAMS, seed=0)
        assert (treated.labels(test.x) == test.y).mean() > 0.8
        again = treated.retrain(train.x, train.y, seed=1)
        assert again.info.defences == ("dp_sgd",)
        assert again.info.promise == treated.info.promise == (8.0, 1e-5)
        assert again.kept["noise_multiplier"] == treated.kept["noise_multiplier"] > 0
        assert not np.array_equal(again.scores(test.x), treated.scores(test.x))

    def test_nothing_of_the_old_weights_is_left(self, target, train, make_target):
        other = make_target().retrain(train.x[:50], 1 - train.y[:50], seed=0)
        one, two = (DpSgd().fit(t, train, params=PARAMS, seed=3) for t in (target, other))
        assert all(np.array_equal(one[k], two[k]) for k in one)

    def test_a_stronger_promise_takes_more_noise(self):
        noises = [noise_multiplier(DpSgdParams(epsilon=e), 0.1, 100) for e in (8.0, 2.0, 0.5)]
        assert noises == sorted(noises)
        assert noises[0] < noises[-1]

    def test_the_noise_keeps_the_promise_by_another_accountant(self):
        pytest.importorskip("dp_accounting")
        from dp_accounting import dp_event
        from dp_accounting.pld import PLDAccountant

        noise = noise_multiplier(DpSgdParams(epsilon=4.0), 0.1, 100)
        accountant = PLDAccountant()
        event = dp_event.PoissonSampledDpEvent(0.1, dp_event.GaussianDpEvent(noise))
        accountant.compose(dp_event.SelfComposedDpEvent(event, 100))
        assert 2.0 < accountant.get_epsilon(1e-5) <= 4.0

    def test_gradients_are_clipped_and_noised(self, train, make_target):
        """One step of the whole set at rate 1: the weights move by the clipped mean and the noise, and no more."""
        net = make_target.untrained()
        before = torch.cat([p.detach().flatten().clone() for p in net.parameters()])
        params = DpSgdParams(epochs=1, batch=400, clip=1e-3, learning_rate=1.0, epsilon=100.0)
        noise = descend_privately(net, train, params, seed=0)
        moved = torch.cat([p.detach().flatten() for p in net.parameters()]) - before
        most = params.clip + noise * params.clip / len(train) * 2 * len(before) ** 0.5
        assert 0 < float(moved.norm()) <= most

    def test_batch_statistics_are_refused(self, train):
        net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.BatchNorm1d(16), torch.nn.Linear(16, 2))
        with pytest.raises(NotApplicable, match="cannot train this network"):
            descend_privately(net, train, PARAMS, seed=0)


def test_weights_that_nothing_can_start_over(make_target, train):
    class Odd(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = torch.nn.Parameter(torch.zeros(16, 2))

        def forward(self, x):
            return x.flatten(1) @ self.w

    with pytest.raises(NotApplicable, match="Odd has no reset_parameters"):
        DpSgd().fit(make_target(Odd()), train, params=PARAMS, seed=0)


def test_convolutions_are_trained_privately_too(digits, make_target):
    pytest.importorskip("opacus")
    module, train, test = digits
    net = module.build()
    target = make_target(net.eval(), shape=train.x.shape[1:], classes=10)
    treated = DpSgd().apply(target, train, params=DpSgdParams(epochs=10, epsilon=50.0, batch=256), seed=0)
    assert (treated.labels(test.x) == test.y).mean() > 0.5
    assert not treated.weights().training


def test_the_effort_quick_leaves_it_out_and_says_so() -> None:
    pytest.importorskip("opacus")
    with pytest.raises(NotApplicable, match="--effort standard"):
        DpSgd().propose(PROFILE, "quick")
