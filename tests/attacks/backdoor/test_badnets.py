import numpy as np
import pytest

from bartizan.attacks.backdoor.badnets import BadNets, BadNetsParams
from bartizan.attacks.backdoor.controls import bars, trusting
from bartizan.core.access import Access, Budget
from bartizan.core.data import Data, Roles
from bartizan.core.errors import AccessDenied
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

WRITE = Access(capabilities=(Capability.DATA_WRITE,))


def test_stamped_records_come_from_other_classes_and_keep_to_the_budget() -> None:
    view = grant(trusting(), WRITE, Budget(records=7), bars())
    a = BadNets().run(view, params=BadNetsParams(target_class=1, side=2), seed=0).arrays
    clean = bars().writable
    assert len(a["index"]) == 7
    assert a["doses"].tolist() == [4, 7]
    assert (clean.y[a["index"]] != 1).all()
    assert (a["y"] == 1).all()
    changed = a["x"] != clean.x[a["index"]]
    assert (~changed | a["trigger.patch.mask"]).all()


def test_doses_shrink_to_the_records_of_other_classes() -> None:
    roles = Roles(probe=bars().probe, writable=bars().writable.take(bars().writable.y == 1).take(slice(0, 30)))
    a = BadNets().run(grant(trusting(), WRITE, Budget(), roles), params=BadNetsParams(target_class=1), seed=0).arrays
    assert len(a["index"]) == 0
    assert a["doses"].tolist() == [0]


def test_a_table_gets_a_trigger_of_columns() -> None:
    rng = np.random.default_rng(0)
    data = Data.of(rng.random((60, 5), np.float32), rng.integers(2, size=60))
    view = grant(LinearTarget(np.zeros((5, 2))), WRITE, Budget(), Roles(probe=data, writable=data))
    a = BadNets().run(view, params=BadNetsParams(columns=2), seed=0).arrays
    assert a["trigger.patch.mask"].sum() == 2
    assert (a["x"][:, a["trigger.patch.mask"]] == a["trigger.patch.pattern"][a["trigger.patch.mask"]]).all()


def test_same_seed_same_set() -> None:
    runs = [
        BadNets().run(grant(trusting(), WRITE, Budget(), bars()), params=BadNetsParams(), seed=s).arrays["index"]
        for s in (0, 0, 1)
    ]
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_without_write_access_it_is_denied() -> None:
    with pytest.raises(AccessDenied):
        BadNets().run(grant(trusting(), Access(), Budget(), bars()), params=BadNetsParams(), seed=0)


def test_quick_costs_six_trainings_over_three_seeds() -> None:
    (proposal,) = BadNets().propose(Profile(model="m", retrainable=True), "quick")
    params = BadNetsParams(**proposal.params)
    assert params.seeds >= 3
    assert params.seeds * (len(params.doses) + 1) <= 6
    with pytest.raises(NotApplicable):
        BadNets().propose(Profile(model="m"), "quick")
