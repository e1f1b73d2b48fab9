"""How many models fit into memory while they are trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .forward import Path
from .recipe import Recipe

if TYPE_CHECKING:
    import torch

COPIES = {"sgd": 4, "adam": 6}
"""Numbers kept for each parameter: itself, its gradient, the optimiser's, and what a step makes on its way."""
PASSES = 3
"""Times that the numbers of a layer's answer are kept: themselves, their gradient, and what the layer needs for it."""


def bytes_a_model(net: torch.nn.Module, batch: torch.Tensor, recipe: Recipe) -> int:
    """An estimate of what one model takes in training, from its parameters and the answers of its layers to a batch."""
    import torch

    kept = [batch.numel()]

    def note(module: torch.nn.Module, given: object, answer: object) -> None:
        if isinstance(answer, torch.Tensor):
            kept.append(answer.numel())

    hooks = [m.register_forward_hook(note) for m in net.modules() if not list(m.children())]
    with torch.no_grad():
        net.eval()(batch)
    for hook in hooks:
        hook.remove()
    parameters = sum(p.numel() for p in net.parameters())
    return 4 * (COPIES[recipe.optimiser] * parameters + PASSES * sum(kept))


def models_at_once(net: torch.nn.Module, batch: torch.Tensor, recipe: Recipe, memory: int, path: Path) -> int:
    """As many as `memory` bytes hold, at least one; one by one nothing is stacked, and the answer is 1."""
    return 1 if path == "sequential" else max(1, memory // bytes_a_model(net, batch, recipe))
