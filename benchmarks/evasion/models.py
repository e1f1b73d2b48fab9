"""The models of the evasion benchmark: what each is, how it was trained, and at which ε it is attacked.

From the folder `benchmarks`, `python -m evasion.models [NAME ...]` trains them (minutes each) and writes the weights.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

from .data import images

WEIGHTS = Path(__file__).parent / "weights"
LARGE = Path(__file__).parent / ".data"
Recipe = Literal["standard", "pgd", "trades", "ibp"]


def cnn(width: int = 16) -> nn.Sequential:
    """Two strided convolutions and two linear layers."""
    return nn.Sequential(
        nn.Conv2d(1, width, 4, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(2 * width * 49, 100),
        nn.ReLU(),
        nn.Linear(100, 10),
    )


def mlp() -> nn.Sequential:
    """Two hidden layers of 256."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)
    )


def smooth_cnn() -> nn.Sequential:
    """As `cnn`, with GELU and average pooling: no kinks."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2),
        nn.GELU(),
        nn.AvgPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.GELU(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 49, 64),
        nn.GELU(),
        nn.Linear(64, 10),
    )


class Residual(nn.Module):
    """Two 3×3 convolutions with group normalisation, added to what came in."""

    def __init__(self, a: int, b: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.GroupNorm(8, a), nn.ReLU(), nn.Conv2d(a, b, 3, stride, 1, bias=False),
            nn.GroupNorm(8, b), nn.ReLU(), nn.Conv2d(b, b, 3, 1, 1, bias=False),
        )  # fmt: skip
        self.past = nn.Conv2d(a, b, 1, stride, bias=False) if (a, stride) != (b, 1) else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.body(x) + self.past(x)
        return out


def resnet() -> nn.Sequential:
    """Eighteen layers, of widths 64 to 512 as in He et al., arXiv:1512.03385: a model for a GPU."""
    widths = ((64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2))
    blocks = [Residual(*w) for w in (*widths, (512, 512, 1))]
    head = [nn.GroupNorm(8, 512), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10)]
    return nn.Sequential(nn.Conv2d(1, 64, 3, 1, 1, bias=False), *blocks, *head)


@dataclass(frozen=True)
class Entry:
    """eps: L∞ radius of training and attack. unseen: not looked at while the engine's plans were chosen. large: too
    large for the processor and for this repository; trained where it is first asked for, on a GPU."""

    name: str
    dataset: Literal["fashion", "mnist"]
    build: Callable[[], nn.Sequential]
    recipe: Recipe
    eps: float
    epochs: int = 6
    examples: int = 20_000
    unseen: bool = False
    large: bool = False


ZOO = (
    Entry("fashion-cnn-pgd", "fashion", cnn, "pgd", 0.1, epochs=8, examples=30_000),
    Entry("fashion-cnn-trades", "fashion", cnn, "trades", 0.1),
    Entry("fashion-mlp-pgd", "fashion", mlp, "pgd", 0.05),
    Entry("fashion-cnn-standard", "fashion", cnn, "standard", 0.03, epochs=3, examples=60_000),
    Entry("mnist-cnn-pgd", "mnist", cnn, "pgd", 0.3, epochs=8),
    Entry("mnist-cnn-ibp", "mnist", cnn, "ibp", 0.2, epochs=10),
    Entry("mnist-mlp-standard", "mnist", mlp, "standard", 0.05, epochs=3, examples=60_000),
    Entry("fashion-wide-pgd", "fashion", lambda: cnn(32), "pgd", 0.1, epochs=5, unseen=True),
    Entry("fashion-smooth-trades", "fashion", smooth_cnn, "trades", 0.06, epochs=5, unseen=True),
    Entry("mnist-cnn-trades", "mnist", lambda: cnn(24), "trades", 0.25, unseen=True),
    Entry("mnist-mlp-pgd", "mnist", mlp, "pgd", 0.1, unseen=True),
    Entry("fashion-resnet-pgd", "fashion", resnet, "pgd", 0.1, epochs=4, examples=60_000, unseen=True, large=True),
)


def entry(name: str) -> Entry:
    """The entry of that name."""
    return next(e for e in ZOO if e.name == name)


def model(name: str) -> nn.Module:
    """The trained model, in evaluation mode: images N×1×28×28 in [0, 1] to logits N×10."""
    net, path = entry(name).build(), _path(entry(name))
    if entry(name).large and not path.exists():
        _train_and_save(entry(name), "cuda")
    net.load_state_dict(load_file(path))
    return net.eval().requires_grad_(False)


def _path(e: Entry) -> Path:
    return (LARGE if e.large else WEIGHTS) / f"{e.name}.safetensors"


def _train_and_save(e: Entry, device: str = "cpu") -> nn.Module:
    net = train(e, device=device)
    _path(e).parent.mkdir(exist_ok=True)
    save_file(net.state_dict(), _path(e))
    return net


def train(e: Entry, seed: int = 0, device: str = "cpu") -> nn.Module:
    """Train by the entry's recipe. The same seed gives the same weights on the same machine."""
    torch.manual_seed(seed)
    x, y = (torch.from_numpy(a[: e.examples].copy()).to(device) for a in images(e.dataset, "train"))
    net = e.build().to(device)
    total = e.epochs * -(-len(y) // 128)
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=4e-3, total_steps=total)
    step = 0
    for _ in range(e.epochs):
        for batch in torch.randperm(len(y)).to(device).split(128):
            share = min(1.0, 2.5 * step / total)  # ε grows over the first two fifths: some recipes fail without
            optimiser.zero_grad()
            LOSSES[e.recipe](net, x[batch], y[batch], e.eps * share, share).backward()
            optimiser.step()
            schedule.step()
            step += 1
    return net.eval()


def _standard(net: nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, share: float) -> torch.Tensor:
    return F.cross_entropy(net(x), y)


def _pgd(net: nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, share: float) -> torch.Tensor:
    """Madry et al., arXiv:1706.06083, with five steps."""
    changed = _ascend(net, x, eps, lambda z: F.cross_entropy(z, y, reduction="sum"))
    return F.cross_entropy(net(changed), y)


def _trades(net: nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, share: float) -> torch.Tensor:
    """Zhang et al., arXiv:1901.08573, with β = 4 and five steps."""
    clean = net(x)
    p = clean.detach().softmax(1)
    changed = _ascend(net, x, eps, lambda z: F.kl_div(z.log_softmax(1), p, reduction="sum"))
    divergence = F.kl_div(net(changed).log_softmax(1), clean.softmax(1), reduction="batchmean")
    return F.cross_entropy(clean, y) + 4 * divergence


def _ibp(net: nn.Sequential, x: torch.Tensor, y: torch.Tensor, eps: float, share: float) -> torch.Tensor:
    """Interval bounds, Gowal et al., arXiv:1810.12715."""
    low, high = (x - eps).clamp(0, 1), (x + eps).clamp(0, 1)
    for layer in net:
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            middle, radius = layer((low + high) / 2), (high - low) / 2
            spread = (
                F.linear(radius, layer.weight.abs())
                if isinstance(layer, nn.Linear)
                else F.conv2d(radius, layer.weight.abs(), None, layer.stride, layer.padding)
            )
            low, high = middle - spread, middle + spread
        else:
            low, high = layer(low), layer(high)
    worst = torch.where(F.one_hot(y, 10).bool(), low, high)
    kappa = 1 - 0.5 * share
    return kappa * F.cross_entropy(net(x), y) + (1 - kappa) * F.cross_entropy(worst, y)


def _ascend(
    net: nn.Module, x: torch.Tensor, eps: float, loss: Callable[[torch.Tensor], torch.Tensor], steps: int = 5
) -> torch.Tensor:
    delta = (torch.rand_like(x) * 2 - 1) * eps
    for _ in range(steps):
        delta.requires_grad_(True)
        g = torch.autograd.grad(loss(net((x + delta).clamp(0, 1))), delta)[0]
        delta = (delta.detach() + 2.5 * eps / steps * g.sign()).clamp(-eps, eps)
    return (x + delta).clamp(0, 1).detach()


LOSSES = {"standard": _standard, "pgd": _pgd, "trades": _trades, "ibp": _ibp}


def main(names: list[str]) -> None:
    """Train the named models, or all whose weights are missing."""
    torch.set_num_threads(1)
    for e in ZOO:
        if e.name in names or (not names and not e.large and not _path(e).exists()):
            began = time.perf_counter()
            net = _train_and_save(e)
            x, y = (torch.from_numpy(a) for a in images(e.dataset, "tuning"))
            right = (net(x).argmax(1) == y).float().mean()
            took = time.perf_counter() - began
            print(f"{e.name}: clean accuracy {right:.3f} on the tuning images, {took:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
