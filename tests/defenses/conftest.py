"""A small network as a target, and data on which the plain way to learn is not the robust one."""

from __future__ import annotations

import copy
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from bartizan.core.data import Data
from bartizan.core.target import Target, TargetInfo

torch = pytest.importorskip("torch")

SHAPE = (1, 4, 4)


class Net(Target):
    """Two layers on 16 pixels. Retraining starts from the same weights whatever the seed."""

    def __init__(self, net=None, digest="net", shape=SHAPE, classes=2):
        self.net = net or self.untrained()
        self.info = TargetInfo(
            id="net",
            input_shape=shape,
            classes=classes,
            bounds=(0, 1),
            differentiable=True,
            retrainable=True,
            digest=digest,
        )

    @staticmethod
    def untrained():
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            layers = [torch.nn.Flatten(), torch.nn.Linear(16, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2)]
            return torch.nn.Sequential(*layers).eval()

    def scores(self, x):
        with torch.no_grad():
            return torch.softmax(self.net(torch.from_numpy(x)), 1).numpy()

    def logits(self, x):
        return self.net(x)

    def weights(self):
        return self.net

    def parameters(self):
        return {k: v.numpy().copy() for k, v in self.net.state_dict().items()}

    def with_parameters(self, arrays, *, digest):
        net = copy.deepcopy(self.net)
        net.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in arrays.items()})
        return Net(net, digest, self.info.input_shape, self.info.classes)

    def retrain(self, x, y, *, seed):
        net = self.untrained()
        optimiser = torch.optim.Adam(net.parameters(), lr=0.02)
        for _ in range(300):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(net(torch.from_numpy(x)), torch.from_numpy(y)).backward()
            optimiser.step()
        return Net(net, f"retrained{seed}")


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def tempting(n, seed):
    """Pixel 0 tells the class by ±0.3 in 19 of 20 images; the 15 others by a faint ±0.04 each, together always."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    sign = np.where(y == 1, 1.0, -1.0)
    x = 0.5 + 0.04 * sign[:, None] + 0.03 * rng.standard_normal((n, 16))
    x[:, 0] = 0.5 + 0.3 * sign * np.where(rng.uniform(size=n) < 0.95, 1, -1)
    return Data.of(np.clip(x, 0, 1).reshape(n, *SHAPE), y)


@pytest.fixture(scope="session")
def train():
    return tempting(400, 1)


@pytest.fixture(scope="session")
def test():
    return tempting(400, 2)


@pytest.fixture(scope="session")
def target(train):
    torch.set_num_threads(1)
    return Net().retrain(train.x, train.y, seed=0)


@pytest.fixture(scope="session")
def make_target():
    return Net


@pytest.fixture(scope="session")
def digits():
    """The network and the recipe of examples/digits with its data: (module, train, test)."""
    folder = Path(__file__).parents[2] / "examples" / "digits"
    spec = importlib.util.spec_from_file_location("digits_net", folder / "net.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, *(_digits(folder / f"digits-{name}.npz") for name in ("train", "test"))


def _digits(path):
    with np.load(path) as file:
        return Data.of(file["images"] / np.float32(255), file["labels"])
