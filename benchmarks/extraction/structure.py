"""Structure read from answers: widths by the spectrum, and two-layer ReLU networks whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from evasion.data import images
from numpy.typing import NDArray
from torch import nn

from bartizan.attacks.extraction import hidden_width, recover_relu

Row = tuple[dict[str, Any], Any]
Net = Callable[[NDArray[Any]], NDArray[Any]]
WIDTHS = (2, 4, 6, 8, 9, 10, 16)
RANDOM = ((10, 16, 3), (20, 32, 10), (100, 64, 10))
TRAINED = (16, 32)


def rows(runs: int, device: str, steps: int) -> Iterator[Row]:
    """Keys of rows, each with what measures it."""
    for precision in ("float64", "float32", "float16"):
        for seed in range(runs):
            for width in WIDTHS:
                key = {"row": "width", "width": width, "precision": precision, "seed": seed}
                yield key, lambda k=key: _width(k)
    for precision in ("float64", "float32"):
        for seed in range(runs):
            for inputs, hidden, classes in RANDOM:
                name = f"random {inputs}-{hidden}-{classes}"
                key = {"row": "recovery", "network": name, "precision": precision, "seed": seed}
                yield (
                    key,
                    lambda k=key, i=inputs, h=hidden, c=classes: _recover(
                        _random(i, h, c, k["seed"]), _gaussian(i), k["precision"], None
                    ),
                )
            for width in TRAINED:
                key = {"row": "recovery", "network": f"fashion 784-{width}-10", "precision": precision, "seed": seed}
                yield key, lambda k=key, w=width: _recover_trained(w, k)


def _width(key: dict[str, Any]) -> dict[str, Any]:
    """A network 784-64-width-10 trained on Fashion-MNIST, asked about 400 test images."""
    net = trained((784, 64, key["width"], 10), key["seed"])
    x, _ = images("fashion", "tuning")
    half = key["precision"] == "float16"
    served = _asked(net, "float32" if half else key["precision"])
    found = hidden_width(_rounded(served) if half else served, x[:400].reshape(400, -1))
    with torch.no_grad():
        hidden = net[:-1](torch.from_numpy(x[:400].reshape(400, -1).astype(np.float64)))
    live = int((hidden > 0).any(0).sum())
    right = found.width == live if live < 10 else found.outcome == "not_applicable"
    return {"live": live, "outcome": found.outcome, "found": found.width, "right": right, "gap": f"{found.gap:.1e}"}


def _rounded(net: Net) -> Net:
    """Computed in float32, answered in float16."""
    return lambda x: net(x).astype(np.float16)


def _recover(net: Net, inputs: Any, precision: str, bounds: Any) -> dict[str, Any]:
    dtype = np.dtype(precision)
    found = recover_relu(lambda x: net(x).astype(dtype), inputs, bounds=bounds)
    return {
        "outcome": found.outcome, "units": found.units, "signed": found.signed, "error": f"{found.error:.1e}",
        "worst": f"{found.worst:.1e}", "queries": found.queries,
    }  # fmt: skip


def _recover_trained(width: int, key: dict[str, Any]) -> dict[str, Any]:
    """Asked without bounds; judged between test images."""
    net = _asked(trained((784, width, 10), key["seed"]), key["precision"])
    x, _ = images("fashion", "tuning")
    return _recover(net, x[:300].reshape(300, -1), key["precision"], None)


@cache
def trained(sizes: tuple[int, ...], seed: int) -> nn.Sequential:
    """A dense ReLU network of float64 weights, trained on 10,000 images for five epochs."""
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for a, b in pairwise(sizes):
        layers += [nn.Linear(a, b), nn.ReLU()]
    net = nn.Sequential(*layers[:-1])
    x, y = (a[:10_000] for a in images("fashion", "train"))
    _train(net, x.reshape(len(x), -1), y, 5, 1e-3)
    return net.double().eval()


def _train(net: nn.Module, x: NDArray[Any], y: NDArray[Any], epochs: int, rate: float) -> None:
    xs, ys = torch.from_numpy(x.copy()), torch.from_numpy(y.copy())
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)
    for _ in range(epochs):
        for rows in torch.randperm(len(ys)).split(64):
            optimiser.zero_grad()
            nn.functional.cross_entropy(net(xs[rows]), ys[rows]).backward()
            optimiser.step()


def _asked(net: nn.Module, precision: str) -> Net:
    """The network as it is served in that precision."""
    dtype = getattr(torch, precision)
    served = nn.Sequential(*[_copied(layer).to(dtype) for layer in net.children()])

    def answer(x: NDArray[Any]) -> NDArray[Any]:
        with torch.no_grad():
            return served(torch.from_numpy(x).to(dtype)).numpy()

    return answer


def _copied(layer: nn.Module) -> nn.Module:
    import copy

    return copy.deepcopy(layer)


def _random(inputs: int, hidden: int, classes: int, seed: int) -> Net:
    rng = np.random.default_rng(seed)
    W, b = rng.standard_normal((hidden, inputs)) / inputs**0.5, 0.5 * rng.standard_normal(hidden)
    A, c = rng.standard_normal((classes, hidden)) / hidden**0.5, rng.standard_normal(classes)

    def answer(x: NDArray[Any]) -> NDArray[Any]:
        w, bias, a, constant = (m.astype(x.dtype) for m in (W, b, A, c))
        return np.maximum(x @ w.T + bias, 0) @ a.T + constant

    return answer


def _gaussian(inputs: int) -> NDArray[np.float64]:
    return np.random.default_rng(1).standard_normal((200, inputs))
