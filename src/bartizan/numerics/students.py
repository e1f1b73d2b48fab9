"""Student networks: small models an adversary trains to imitate another, kept as arrays instead of pickles."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array

if TYPE_CHECKING:
    import torch

Arrays = dict[str, NDArray[np.generic]]
BATCH = 256


def build_student(input_shape: tuple[int, ...], classes: int, *, width: int = 16, seed: int = 0) -> torch.nn.Sequential:
    """An untrained network of logits: two convolutions for images of at least 8×8 pixels, else two hidden layers.

    width: channels of the first convolution; hidden layers have 4·width units. Inputs are standardised inside
    (`fit_scale`). The initial weights depend on `seed` alone and the global random state is left as it was.
    Raises `ValueError` unless there are two classes and one unit.
    """
    import torch

    if classes < 2 or width < 1:
        raise ValueError(f"a student needs at least 2 classes and width 1, not {classes} and {width}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        image = len(input_shape) == 3 and min(input_shape[1:]) >= 8
        body = _convolutional(input_shape, classes, width) if image else _dense(input_shape, classes, 4 * width)
    net = torch.nn.Sequential(_scale(input_shape[0] if len(input_shape) == 3 else None, input_shape), *body)
    net.register_buffer("meta", torch.tensor([classes, width, *input_shape]))
    return net


def fit_scale(student: torch.nn.Sequential, x: Array) -> None:
    """Take mean and spread of `x` (per channel of an image, per column of a table) as the student's input scale."""
    import torch

    axes = (0, 2, 3) if x.ndim == 4 else (0,)
    mean, spread = x.mean(axis=axes, keepdims=True)[0], x.std(axis=axes, keepdims=True)[0]
    weight = np.where(spread > 1e-6, 1 / np.maximum(spread, 1e-6), 1.0)
    with torch.no_grad():
        student[0].get_buffer("weight").copy_(torch.from_numpy(weight))
        student[0].get_buffer("bias").copy_(torch.from_numpy(-mean * weight))


def distil(
    student: Any,
    x: Array,
    targets: Array,
    *,
    steps: int,
    seed: int,
    batch: int = 64,
    rate: float = 2e-3,
    temperature: float = 1.0,
    device: str = "cpu",
) -> None:
    """Train `student` in place for `steps` steps of Adam (cosine rate) on soft cross-entropy with rows of `targets`.

    targets: N×K, rows summing to 1 (one-hot rows give ordinary training). Batches come from reshuffled passes.
    temperature: what the logarithms of the targets and the student's logits are divided by; above 1 the unlikely
    classes, which tell where the borders lie, count for more.
    student: of `build_student`, whose input scale is taken from `x`, or any module of logits, on `device`.
    Hinton, Vinyals and Dean, Distilling the knowledge in a neural network, 2015.
    """
    import torch

    if hasattr(student, "meta"):
        fit_scale(student, x)
    rng = np.random.default_rng(seed)
    optimiser = torch.optim.Adam(student.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    xs, ts = (torch.from_numpy(np.ascontiguousarray(a, np.float32)).to(device) for a in (x, targets))
    if temperature != 1:
        ts = ts.pow(1 / temperature) / ts.pow(1 / temperature).sum(1, keepdim=True)
    size = min(batch, len(x))
    order = np.concatenate([rng.permutation(len(x)) for _ in range(math.ceil(steps * size / len(x)))])
    student.train()
    for step in range(steps):
        rows = torch.from_numpy(order[step * size : (step + 1) * size]).to(device)
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(student(xs[rows]) / temperature, ts[rows]) * temperature**2
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    student.eval()


def student_scores(student: torch.nn.Module, x: Array, device: str = "cpu") -> Array:
    """Class probabilities of the student, N×K, in passes of at most 256 examples."""
    import torch

    def scores(part: Array) -> Array:
        return np.asarray(student(torch.from_numpy(part).to(device)).softmax(1).cpu().numpy(), np.float32)

    with torch.no_grad():
        parts = [scores(x[i : i + BATCH]) for i in range(0, len(x), BATCH)]
    return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)


def student_arrays(student: torch.nn.Module, prefix: str = "") -> Arrays:
    """The student as named arrays; `prefix` lets several live in one artifact."""
    return {f"{prefix}{name}": value.detach().numpy().copy() for name, value in student.state_dict().items()}


def load_student(arrays: Arrays, prefix: str = "") -> torch.nn.Sequential:
    """The student that `student_arrays` wrote, in evaluation mode. Raises `ValueError` when there is none."""
    import torch

    if f"{prefix}meta" not in arrays:
        raise ValueError(f"the arrays hold no student under the prefix {prefix!r}")
    classes, width, *shape = (int(v) for v in np.asarray(arrays[f"{prefix}meta"]).tolist())
    student = build_student(tuple(shape), classes, width=width)
    state = {name: torch.from_numpy(np.array(arrays[f"{prefix}{name}"])) for name in student.state_dict()}
    student.load_state_dict(state)
    return student.eval()


def _convolutional(shape: tuple[int, ...], classes: int, width: int) -> list[torch.nn.Module]:
    from torch import nn

    flat = 2 * width * (shape[1] // 4) * (shape[2] // 4)
    return [
        *(nn.Conv2d(shape[0], width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(flat, 4 * width), nn.ReLU(), nn.Linear(4 * width, classes)),
    ]


def _dense(shape: tuple[int, ...], classes: int, hidden: int) -> list[torch.nn.Module]:
    from torch import nn

    flat = math.prod(shape)
    layers = [nn.Flatten(), nn.Linear(flat, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU()]
    return [*layers, nn.Linear(hidden, classes)]


def _scale(channels: int | None, shape: tuple[int, ...]) -> torch.nn.Module:
    """x ↦ weight·x + bias, not trained: a convolution-free place to keep the input scale."""
    import torch

    class Scale(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            size = shape if channels is None else (channels, *(1 for _ in shape[1:]))
            self.register_buffer("weight", torch.ones(size))
            self.register_buffer("bias", torch.zeros(size))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * self.get_buffer("weight") + self.get_buffer("bias")

    return Scale()
