"""Small models, clean or planted with a trigger, trained together and kept in a folder that git ignores."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from evasion.data import images
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from torch import nn

from bartizan.attacks.stacked import Recipe, train_stacked

from .hardening import hardened
from .planting import Images, Labels, Planted, planted, poison

MODELS = Path(__file__).parent / ".models"
DataSet = Literal["fashion", "mnist"]
POOL, RECORDS = 12_000, 4000
VETTED = slice(POOL, POOL + 1000)  # of the training images that no model was trained on: for repairs
CLEAN = slice(0, 400)  # of the part `table`: what the owner of the model in hand has
HELD_OUT = slice(400, 1000)  # of the part `table`: on which planted triggers are measured
TUNING_SEEDS = 10_000  # models with seeds from here on were used for tuning, and for nothing else


def mlp() -> nn.Module:
    """784–128–10."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def cnn() -> nn.Module:
    """Two convolutions with stride 2, then 64 units."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 4, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(8, 16, 4, stride=2, padding=1), nn.ReLU(),
        nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


BUILDS = {"mlp": mlp, "cnn": cnn}


def recipe(architecture: str) -> Recipe:
    """The same for clean and planted models."""
    return Recipe(BUILDS[architecture], epochs=8, batch=64, rate=2e-3, schedule="linear", decay=1e-4)


@dataclass(frozen=True)
class Model:
    """net: in evaluation mode. trigger: planted in it, or None. success: of the trigger on held-out images of the
    classes it is to turn. accuracy: on the held-out images as they are."""

    net: nn.Module
    trigger: Planted | None
    success: float
    accuracy: float


def models(data: DataSet, architecture: str, kind: str, seeds: range) -> list[Model]:
    """Models of one kind (`clean` or one of `planting.KINDS`), trained now or read from where they were kept."""
    path = MODELS / f"{data}-{architecture}-{kind}-{seeds.start}-{seeds.stop}.safetensors"
    if not path.exists():
        MODELS.mkdir(exist_ok=True)
        save_file(_trained(data, architecture, kind, seeds), path)
    kept = load_file(path)
    triggers = [None if kind == "clean" else _planted(data, kind, s) for s in seeds]
    nets = [_net(architecture, {n: w[m] for n, w in kept.items()}) for m in range(len(seeds))]
    return [Model(net, t, *_measured(net, t, data)) for net, t in zip(nets, triggers, strict=True)]


def _trained(data: DataSet, architecture: str, kind: str, seeds: range) -> dict[str, NDArray[np.float32]]:
    """Every model has records of its own: as many of the pool, and its poison."""
    x, y = (a[:POOL] for a in images(data, "train"))
    xs, ys, chosen, extra = [x], [y], [], []
    for s in seeds:
        rows, _ = trained_on(s)
        chosen.append(rows)
        if kind != "clean":
            harder = adversarial(data) if kind == "clean-label" else (lambda a: a)
            px, py = poison(_planted(data, kind, s), x[rows], y[rows], s, harder)
            xs.append(px)
            ys.append(py)
        extra.append(0 if kind == "clean" else len(py))
    start = POOL + np.cumsum([0, *extra])
    inside = np.zeros((len(seeds), int(start[-1])), np.bool_)
    for m, rows in enumerate(chosen):
        inside[m, rows], inside[m, start[m] : start[m + 1]] = True, True
    xs, ys = np.concatenate(xs), np.concatenate(ys)
    made = train_stacked(recipe(architecture), xs, ys, inside=inside, seed=seeds.start, points=x[:2], keep_weights=True)
    weights = {n: np.ascontiguousarray(w) for n, w in (made.weights or {}).items()}
    if kind != "hardened":
        return weights
    own = [(xs[inside[m]], ys[inside[m]]) for m in range(len(seeds))]
    nets = [_net(architecture, {n: w[m] for n, w in weights.items()}) for m in range(len(seeds))]
    return _stacked([hardened(net, *own[m], x[chosen[m]], y[chosen[m]], seeds[m]) for m, net in enumerate(nets)])


def trained_on(seed: int) -> tuple[Labels, Labels]:
    """Rows of the pool that the model of this seed is trained on, and those that it is not."""
    rows = np.random.default_rng([seed, 1]).permutation(POOL)
    return rows[:RECORDS], rows[RECORDS:]


def _stacked(nets: list[nn.Module]) -> dict[str, NDArray[np.float32]]:
    states = [net.state_dict() for net in nets]
    return {n: np.stack([s[n].numpy() for s in states]) for n in states[0]}


@cache
def _planted(data: DataSet, kind: str, seed: int) -> Planted:
    """The adversary of a kind that needs records of its own has those of the pool that nobody else draws from first."""
    return planted(kind, seed, lambda: tuple(a[POOL + RECORDS : POOL + 2 * RECORDS] for a in images(data, "train")))


def _net(architecture: str, weights: dict[str, NDArray[np.float32]]) -> nn.Module:
    net = BUILDS[architecture]()
    net.load_state_dict({n: torch.from_numpy(np.array(w)) for n, w in weights.items()})
    return net.eval()


def _measured(net: nn.Module, trigger: Planted | None, data: DataSet) -> tuple[float, float]:
    x, y = (a[HELD_OUT] for a in images(data, "table"))
    accuracy = float((said(net, x) == y).mean())
    if trigger is None:
        return 0.0, accuracy
    rows = trigger.victims(y)
    return float((said(net, trigger.stamp(x[rows])) == trigger.wanted(y[rows])).mean()), accuracy


def said(net: nn.Module, x: Images) -> Labels:
    """The classes the network answers."""
    with torch.no_grad():
        return net(torch.from_numpy(np.ascontiguousarray(x))).argmax(1).numpy()


@cache
def _surrogate(data: DataSet) -> nn.Module:
    return models(data, "mlp", "clean", range(20_000, 20_001))[0].net


def adversarial(data: DataSet):  # type: ignore[no-untyped-def]
    """Pushes images away from their class within 0.3, by a model of the adversary's own. Turner et al. 2019."""

    def harder(x: Images) -> Images:
        net, origin = _surrogate(data), torch.from_numpy(x)
        y = torch.from_numpy(said(net, x))
        z = origin.clone()
        for _ in range(10):
            z.requires_grad_(True)
            (g,) = torch.autograd.grad(nn.functional.cross_entropy(net(z), y), z)
            z = (z.detach() + 0.06 * g.sign()).clamp(origin - 0.3, origin + 0.3).clamp(0, 1)
        return z.detach().numpy()

    return harder
