"""How many models are trained at one time, and the memory that takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bartizan.core.errors import UsageError

from .chain import Chain
from .layers import layers_of
from .paths import Path
from .recipe import Recipe

if TYPE_CHECKING:
    import torch

MOMENTS = 2
"""Numbers that an optimiser keeps for each parameter (`steps` makes both whichever it is)."""
COPIES = 6
"""Numbers kept for each parameter by autograd: itself, its gradient, the moments, and what a step makes on its way."""
PASSES = 3
"""Times that the numbers of a layer's answer are kept: themselves, their gradient, and what the layer needs for it."""
CACHE = 16 << 20
"""Bytes of models that a processor goes through at once: far more drop out of its cache between two steps, far fewer
spend their time on calls."""
AHEAD = 64
"""Steps whose batches are drawn at once."""
POINTS = 512
"""Inputs that a model is asked about at once."""


@dataclass(frozen=True)
class Plan:
    """at_once: models trained at one time. peak: bytes taken then, pool and answers among them."""

    at_once: int
    peak: int


def planned(
    net: torch.nn.Module, path: Path, x: torch.Tensor, points: torch.Tensor, models: int, recipe: Recipe, memory: int
) -> Plan:
    """For so many models of nets like this on the pool `x`, asked about `points`.

    Raises `UsageError` where not even one of them can be trained in `memory` bytes.
    """
    each, answers = bytes_a_model(net, path, x, recipe), numbers_of_answers(net, x[:1])
    shared = x.nbytes + 8 * len(x) + (0 if points is x else points.nbytes)
    shared += 4 * (models * len(points) * answers[-1] + 2 * min(POINTS, len(points)) * sum(answers))
    if shared + each > memory:
        raise UsageError(
            f"one model of this recipe takes about {_mib(each)} to train, besides {_mib(shared)} for the records and "
            f"the answers of all {models}, and memory allows {_mib(memory)}; allow more, or give fewer records, a "
            "smaller batch or fewer models"
        )
    most = 1 if path == "sequential" else (memory - shared) // each
    if path == "matrix" and x.device.type == "cpu":
        most = min(most, max(CACHE // each, 1))
    at_once = min(most, models)
    return Plan(at_once, shared + at_once * each)


def bytes_a_model(net: torch.nn.Module, path: Path, x: torch.Tensor, recipe: Recipe) -> int:
    """What one model takes in training on the pool `x`, its batches drawn ahead among it."""
    parameters = sum(p.numel() for p in net.parameters())
    layers = layers_of(net, x[:2]) if path == "matrix" else None
    if layers is not None:
        numbers = Chain(layers, 1, recipe.batch, recipe.smoothing, "meta").numbers + MOMENTS * parameters
    else:
        numbers = COPIES * parameters + PASSES * recipe.batch * sum(numbers_of_answers(net, x[:1]))
    drawn = AHEAD * recipe.batch * (8 + 8 + 4) + 16 * len(x)
    return 4 * numbers + drawn


def numbers_of_answers(net: torch.nn.Module, x: torch.Tensor) -> list[int]:
    """Of the inputs `x` themselves, of each layer's answer to them, and last of the logits."""
    import torch

    kept = [x.numel()]

    def note(module: torch.nn.Module, given: object, answer: object) -> None:
        if isinstance(answer, torch.Tensor):
            kept.append(answer.numel())

    hooks = [m.register_forward_hook(note) for m in net.modules() if not list(m.children())]
    with torch.no_grad():
        logits = net.eval()(x)
    for hook in hooks:
        hook.remove()
    return [*kept, logits.numel()]


def _mib(count: int) -> str:
    return f"{count / 2**20:,.1f} MiB"
