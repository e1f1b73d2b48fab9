"""The boundary of a model, where passes are counted and answers are looked at again, ours and the peers' alike."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

ROUNDING = 1e-6
ORDER = {"linf": float("inf"), "l2": 2, "l1": 1, "l0": 0}


class Counted(torch.nn.Module):
    """A model that remembers every pass: how many rows went forward, and how many came back."""

    def __init__(self, inner: torch.nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.passes: list[tuple[int, bool]] = []
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.inner(x)
        self.passes.append((len(x), False))
        if out.requires_grad:
            out.register_hook(lambda g: self.passes.append((len(g), True)))
        return out

    def count(self, back: bool) -> int:
        """Rows that went forward, or came back."""
        return sum(n for n, b in self.passes if b is back)


def batch_of(x: torch.Tensor) -> int:
    """Examples at once, for every attack alike."""
    return 1024 if x.is_cuda else 256


def in_batches(attack: Callable[..., torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """What `attack` makes of each batch."""
    n = batch_of(x)
    return torch.cat([attack(a, b).detach() for a, b in zip(x.split(n), y.split(n), strict=True)])


def now(x: torch.Tensor) -> float:
    """CPU seconds of this process, or for a GPU the time of day once it has done what it was asked."""
    if not x.is_cuda:
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def fell(
    model: torch.nn.Module,
    x: torch.Tensor,
    y: torch.Tensor,
    adversarial: torch.Tensor,
    eps: float,
    norm: str = "linf",
) -> tuple[NDArray[np.bool_], int]:
    """Which examples are misclassified, unchanged or by a valid input; and how many inputs were invalid."""
    with torch.no_grad():
        wrong = torch.cat([model(p) for p in x.split(batch_of(x))]).argmax(1) != y
        after = torch.cat([model(p) for p in adversarial.split(batch_of(x))]).argmax(1) != y
    moved = torch.linalg.vector_norm((adversarial.double() - x.double()).flatten(1), ORDER[norm], dim=1)
    valid = (
        (moved <= eps * (1 + ROUNDING)) & (adversarial.flatten(1).amin(1) >= 0) & (adversarial.flatten(1).amax(1) <= 1)
    )
    valid &= torch.isfinite(adversarial).flatten(1).all(1)
    return (wrong | (after & valid)).cpu().numpy(), int((~valid & after & ~wrong).sum())


def floor(model: torch.nn.Module, like: torch.Tensor, passes: list[tuple[int, bool]]) -> float:
    """Seconds (see `now`) of the same passes with nothing around them: batches of the same sizes, forward and back, of
    inputs `like` those."""
    began, i = now(like), 0
    while i < len(passes):
        n, _ = passes[i]
        back = i + 1 < len(passes) and passes[i + 1] == (n, True)
        x = torch.full((n, *like.shape[1:]), 0.5, device=like.device, requires_grad=back)
        with torch.set_grad_enabled(back):
            z = model(x)
        if back:
            torch.autograd.grad(z, x, torch.ones_like(z))
        i += 2 if back else 1
    return now(like) - began
