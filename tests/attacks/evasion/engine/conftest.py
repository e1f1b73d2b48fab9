"""Models whose truth is known, and one that reads real digits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch")
DIGITS = Path(__file__).parents[4] / "examples" / "digits"
Pairs = tuple[NDArray[np.float32], NDArray[np.int64]]


class Through(torch.nn.Module):  # type: ignore[name-defined,misc]
    """A model whose inputs or outputs pass through a function on their way."""

    def __init__(self, inner: Any, before: Callable[[Any], Any] = lambda x: x, after: Any = lambda z: z) -> None:
        super().__init__()
        self.inner, self.before, self.after = inner, before, after
        self.eval()

    def forward(self, x: Any) -> Any:
        return self.after(self.inner(self.before(x)))


@pytest.fixture(scope="session")
def reader() -> Any:
    """Reads 14×14 digits well: trained here in a second, on real images."""
    torch.manual_seed(0)
    x, y = digits("train", 1500)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(1, 8, 3, stride=2, padding=1), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(392, 10)
    )
    optimiser = torch.optim.Adam(net.parameters(), lr=5e-3)
    inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
    for _ in range(60):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(net(inputs), labels).backward()
        optimiser.step()
    return net.eval().requires_grad_(False)


def digits(part: str, n: int) -> Pairs:
    """Real digits at half their width: N×1×14×14 in [0, 1]."""
    with np.load(DIGITS / f"digits-{part}.npz") as archive:
        x, y = archive["images"][:n].reshape(n, 1, 14, 2, 14, 2), archive["labels"][:n].astype(np.int64)
    return (x.mean(axis=(3, 5)) / 255).astype(np.float32), y


@pytest.fixture(scope="session")
def few() -> Pairs:
    """120 test digits."""
    return digits("test", 120)


def plane(classes: int = 2, dimensions: int = 36) -> tuple[Any, NDArray[np.float64]]:
    """A linear model and the direction that tells class 1 from class 0; further classes are never likely."""
    rng = np.random.default_rng(0)
    v = rng.standard_normal(dimensions)
    v /= np.linalg.norm(v)
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(dimensions, classes))
    weight = np.zeros((classes, dimensions))
    weight[0], weight[1] = -v, v
    bias = -0.5 * weight.sum(axis=1)
    bias[2:] = -100.0
    with torch.no_grad():
        net[1].weight.copy_(torch.from_numpy(weight))
        net[1].bias.copy_(torch.from_numpy(bias))
    return net.eval().requires_grad_(False), v


def at_distance(v: NDArray[np.float64], distance: float, norm: str, n: int = 40) -> Pairs:
    """Inputs in the middle of the box, all at `distance` in `norm` from the plane of `plane`."""
    y = np.arange(n) % 2
    dual = {"linf": np.abs(v).sum(), "l2": 1.0, "l1": np.abs(v).max()}[norm]
    rng = np.random.default_rng(1)
    spread = rng.uniform(-0.05, 0.05, (n, len(v)))
    flat = spread - np.outer(spread @ v, v) + np.outer((2 * y - 1) * distance * dual, v)
    return (0.5 + flat).astype(np.float32).reshape(n, 1, 6, 6), y.astype(np.int64)
