import numpy as np
import pytest

from bartizan.attacks.privacy import infer_property
from bartizan.attacks.stacked import Recipe
from bartizan.core.errors import DataError, UsageError

torch = pytest.importorskip("torch")
SHARES = (0.1, 0.6)
POINTS = np.random.default_rng(7).normal(size=(50, 4)).astype(np.float32)


@pytest.fixture(scope="module")
def people():
    """In the group the second column decides the class, outside it the first."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1500, 4)).astype(np.float32)
    group = rng.random(1500) < 0.5
    y = (np.where(group, x[:, 1], x[:, 0]) > 0).astype(np.int64)
    return x, y, group


def small():
    return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))


RECIPE = Recipe(small, epochs=10, batch=64, rate=1e-2)


def trained(x, y, seed):
    torch.manual_seed(seed)
    net = small()
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(60):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(net(torch.from_numpy(x)), torch.from_numpy(y)).backward()
        optimiser.step()
    return net.eval()


@pytest.mark.parametrize("share", SHARES)
def test_the_share_of_a_group_is_told(people, share):
    x, y, group = people
    rng = np.random.default_rng(9)
    theirs = rng.normal(size=(300, 4)).astype(np.float32)
    of_group = np.arange(300) < share * 300
    net = trained(theirs, (np.where(of_group, theirs[:, 1], theirs[:, 0]) > 0).astype(np.int64), 0)
    found = infer_property(net, RECIPE, x, y, group, shares=SHARES, size=300, points=POINTS, models=32)
    assert found.leaks
    assert found.share == share


def test_a_group_that_changes_nothing_cannot_be_told(people):
    x, _, group = people
    y = (x[:, 0] > 0).astype(np.int64)
    net = trained(x[:300], y[:300], 0)
    found = infer_property(net, RECIPE, x, y, group, shares=SHARES, size=300, points=POINTS, models=32)
    assert not found.leaks, found


def test_what_cannot_be_inferred(people):
    x, y, group = people
    at = {"shares": SHARES, "size": 300, "points": POINTS}
    with pytest.raises(DataError, match="50 of 50 points are among"):
        infer_property(None, RECIPE, x, y, group, **(at | {"points": x[:50]}))
    with pytest.raises(DataError, match="true or false"):
        infer_property(None, RECIPE, x, y, group.astype(int), **at)
    with pytest.raises(UsageError, match="two that differ"):
        infer_property(None, RECIPE, x, y, group, **(at | {"shares": (0.5, 0.5)}))
    with pytest.raises(UsageError, match="multiple of 4"):
        infer_property(None, RECIPE, x, y, group, models=7, **at)
    with pytest.raises(DataError, match="cannot be drawn"):
        infer_property(None, RECIPE, x, y, group, **(at | {"size": 1400}))
