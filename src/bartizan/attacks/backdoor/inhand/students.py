"""Students of the model in hand: networks of its build that learn from its answers to clean samples, and nothing else.

They take over what it makes of clean inputs, with the classes that are near each other, and hardly a trigger, which no
clean sample shows. So they say how easily a small patch would lead to a class of this very model, had nobody planted
anything; no recipe and no training data are needed. They are no null: a student is a little sturdier than its teacher
in every class, and no p-value follows.
"""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING

import numpy as np

from bartizan.core.data import Array
from bartizan.numerics.inversion.invert import Model
from bartizan.numerics.seeds import seeded

if TYPE_CHECKING:
    import torch

STEPS, BATCH, RATE = 600, 128, 2e-3
NOISE = 0.1  # of the width of the bounds
LONGEST = 1200.0  # CPU seconds that teaching one may take, by the first few steps
FIRST = 5
SHIFT = 14  # a picture is moved by up to one of so many parts of its side


def student(
    net: torch.nn.Module, teacher: Model, unit: float, x: Array, bounds: tuple[float, float], seed: int
) -> torch.nn.Module:
    """A copy of `net`, started anew and taught what `teacher` answers, in units of `unit`, to mixtures of x (N×…),
    moved where they are pictures, with noise. Raises `ValueError` where parts of it cannot be started anew, or where
    that would take too long."""
    import torch

    with seeded(seed):
        own = started_anew(net).train()
        optimiser = torch.optim.Adam(own.parameters(), lr=RATE)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
        known = torch.from_numpy(np.ascontiguousarray(x))
        began = time.process_time()
        for step in range(STEPS):
            if step == FIRST:
                _in_time((time.process_time() - began) * STEPS / FIRST)
            mixed = _mixed(known, bounds)
            with torch.no_grad():
                said = teacher(mixed) / unit
            optimiser.zero_grad()
            torch.nn.functional.mse_loss(own(mixed), said).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        return own.eval()


def started_anew(net: torch.nn.Module) -> torch.nn.Module:
    """A copy with weights drawn anew, on the CPU. Raises `ValueError` where a part holds weights and knows no start."""
    import torch

    try:
        own = copy.deepcopy(net).cpu()
    except Exception as error:  # whatever a stranger's module raises
        raise ValueError(f"the model cannot be copied ({type(error).__name__})") from None
    for part in own.modules():
        start = getattr(part, "reset_parameters", None)
        if callable(start):
            start()
        elif any(True for _ in part.parameters(recurse=False)) or isinstance(part, torch.jit.ScriptModule):
            raise ValueError(f"a {type(part).__name__} of the model cannot be started anew")
    for weight in own.parameters():
        weight.requires_grad_(True)
    return own


def _in_time(seconds: float) -> None:
    if seconds > LONGEST:
        raise ValueError(
            f"teaching one would take about {seconds / 60:.0f} CPU minutes, and {LONGEST / 60:.0f} are allowed"
        )


def _mixed(x: torch.Tensor, bounds: tuple[float, float]) -> torch.Tensor:
    import torch

    low, high = bounds
    one, other = (x[torch.randint(len(x), (BATCH,))] for _ in "ab")
    flat = (BATCH, *(1 for _ in x.shape[1:]))
    share, amount = torch.rand(flat), torch.rand(flat)
    out = share * one + (1 - share) * other + NOISE * (high - low) * amount * torch.randn(one.shape)
    return _moved(out).clamp(low, high)


def _moved(x: torch.Tensor) -> torch.Tensor:
    """Pictures in four parts, each moved its own way."""
    import torch

    if x.ndim != 4:
        return x
    most = [max(1, side // SHIFT) for side in x.shape[2:]]
    by = [tuple(int(torch.randint(-m, m + 1, ())) for m in most) for _ in range(4)]
    return torch.cat([torch.roll(x[k::4], by[k], dims=(2, 3)) for k in range(4)])
