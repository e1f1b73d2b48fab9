"""Steps of SGD and Adam on stacked parameters, as torch.optim takes them, with a learning rate for each model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .forward import Stack
from .recipe import Recipe

if TYPE_CHECKING:
    import torch

BETAS, EPSILON = (0.9, 0.999), 1e-8


class StackedOptimiser:
    """Changes a stack of parameters in place. A model whose rate is 0 stands still."""

    def __init__(self, stack: Stack, recipe: Recipe) -> None:
        import torch

        self.stack, self.recipe, self.taken = stack, recipe, 0
        self.first = {name: torch.zeros_like(p) for name, p in stack.items()}
        self.second = {n: torch.zeros_like(p) for n, p in stack.items()} if recipe.optimiser == "adam" else {}

    def step(self, rates: torch.Tensor) -> None:
        """One step along minus the gradients; rates: K."""
        import torch

        self.taken += 1
        with torch.no_grad():
            for name, p in self.stack.items():
                assert p.grad is not None, name
                g = p.grad.add_(p, alpha=self.recipe.decay) if self.recipe.decay else p.grad
                rate = rates.view(-1, *[1] * (p.ndim - 1))
                p.sub_(rate * (self._adam(name, g) if self.second else self._momentum(name, g)))
                p.grad = None

    def _momentum(self, name: str, g: torch.Tensor) -> torch.Tensor:
        if not self.recipe.momentum:
            return g
        return self.first[name].mul_(self.recipe.momentum).add_(g)

    def _adam(self, name: str, g: torch.Tensor) -> torch.Tensor:
        """Kingma and Ba, ICLR 2015."""
        import torch

        one, two = BETAS
        m = self.first[name].mul_(one).add_(g, alpha=1 - one)
        v = self.second[name].mul_(two).addcmul_(g, g, value=1 - two)
        spread = v.sqrt().div_((1 - two**self.taken) ** 0.5).add_(EPSILON)
        return torch.div(m, spread).div_(1 - one**self.taken)
