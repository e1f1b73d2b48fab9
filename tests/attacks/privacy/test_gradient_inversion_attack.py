import numpy as np
import pytest

from bartizan.attacks.privacy.gradient.controls import parties, update_controls
from bartizan.attacks.privacy.gradient_inversion import GradientInversion, GradientInversionParams
from bartizan.attacks.privacy.referee import PrivacyReferee
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact
from bartizan.core.errors import AccessDenied
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.testing import check_attack

torch = pytest.importorskip("torch")
PARAMS = GradientInversionParams(cells=((1, 1), (2, 1)), updates=5, iterations=0)
LEAKING = update_controls(PARAMS.model_dump(mode="json"))[0]


def made(params=PARAMS):
    view = grant(LEAKING.target(), LEAKING.access, Budget(), parties())
    return GradientInversion().run(view, params=params, seed=0)


def measured(arrays, params=PARAMS):
    artifact = Artifact("party_records", arrays)
    return PrivacyReferee().measure(None, parties(), artifact, params=params, seed=0)


def test_contract():
    check_attack(GradientInversion)


def test_the_attacker_sees_updates_and_no_records():
    view = grant(LEAKING.target(), LEAKING.access, Budget(), parties())
    assert view.parties == len(parties().parties)
    assert not len(view.probe)
    moved = view.update(np.array([3]), steps=1, learning_rate=0.1)
    assert {n: m.shape for n, m in moved.items()} == {n: tuple(p.shape) for n, p in view.weights().named_parameters()}
    blind = grant(LEAKING.target(), Access(capabilities=(Capability.SCORES,)), Budget(), parties())
    with pytest.raises(AccessDenied):
        blind.update(np.array([3]), steps=1, learning_rate=0.1)


def test_the_records_themselves_are_recovered_and_noise_is_not():
    arrays = made().arrays
    exact = measured({**arrays, "records": parties().parties.x[arrays["rows"]]})
    shares = [m for m in exact.measurements if m.estimand == "record_recovered"]
    assert [(m.value, m.n, m.at["batch"]) for m in shares] == [(1.0, 5, 1), (1.0, 10, 2)]
    assert exact.arrays["example_drawn"].shape == (4, 20)
    noise = np.random.default_rng(0).random(arrays["records"].shape).astype(np.float32)
    assert max(m.value for m in measured({**arrays, "records": noise}).measurements[::2]) < 0.3


def test_records_that_are_missing_or_no_numbers():
    arrays = made().arrays
    with pytest.raises(ValueError, match="were to be rebuilt"):
        measured({**arrays, "records": np.full_like(arrays["records"], np.nan)})
    with pytest.raises(ValueError, match="2 records was to be attacked"):
        measured({**arrays, "rows": np.zeros_like(arrays["rows"])})
    with pytest.raises(NotApplicable, match="hold 60 records, and the grid asks for 99"):
        made(PARAMS.model_copy(update={"cells": ((99, 1),)}))


def test_only_where_updates_are_shared():
    alone = Profile(model="m", differentiable=True)
    with pytest.raises(NotApplicable, match="no updates are shared"):
        GradientInversion().propose(alone, "deep")
    assert GradientInversion().propose(alone.model_copy(update={"federated": True}), "quick")


def test_a_division_before_the_first_layer_is_undone():
    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.layer = torch.nn.Linear(20, 4)

        def forward(self, x):
            return self.layer((x - 0.3) / 0.2)

    from bartizan.attacks.privacy import invert_gradient
    from bartizan.numerics.updates import update_of

    net, one = Scaled(), parties().parties.take(slice(0, 1))
    found = invert_gradient(net, update_of(net, one.x, one.y, steps=1, learning_rate=1.0), shape=(20,), iterations=0)
    assert np.abs(found.records - one.x).max() < 1e-3
