"""Steps of the optimiser on stacked parameters, each model at a rate of its own; at 0 it stands still."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .forward import Stack
from .one_by_one import optimiser
from .recipe import Recipe

if TYPE_CHECKING:
    import torch

BETAS, EPSILON = (0.9, 0.999), 1e-8
Step = Callable[[list[float]], None]


def stepper(stack: Stack, recipe: Recipe) -> Step:
    """What changes the stack in place along minus its gradients, and drops them, given K learning rates.

    On a processor model by model, whose numbers then stay in its cache; elsewhere all at once.
    """
    on_cpu = all(p.device.type == "cpu" for p in stack.values())
    return _by_model(stack, recipe) if on_cpu else AllAtOnce(stack, recipe)


def _by_model(stack: Stack, recipe: Recipe) -> Step:
    """torch's own fused optimisers, a group of parameters each model."""
    names, models = list(stack), len(next(iter(stack.values())))
    views = [[stack[name].detach()[k].requires_grad_(True) for name in names] for k in range(models)]
    inner = optimiser(recipe, [{"params": v} for v in views], fused=True)

    def step(rates: list[float]) -> None:
        for k, (group, rate) in enumerate(zip(inner.param_groups, rates, strict=True)):
            group["lr"] = rate
            for name, view in zip(names, views[k], strict=True):
                gradient = stack[name].grad
                view.grad = None if gradient is None else gradient[k]
        inner.step()
        for name in names:
            stack[name].grad = None

    return step


class AllAtOnce:
    """SGD and Adam as torch.optim has them, each operation on the whole stack."""

    def __init__(self, stack: Stack, recipe: Recipe) -> None:
        import torch

        self.stack, self.recipe, self.taken = stack, recipe, 0
        self.first = {name: torch.zeros_like(p) for name, p in stack.items()}
        self.second = {n: torch.zeros_like(p) for n, p in stack.items()} if recipe.optimiser == "adam" else {}

    def __call__(self, rates: list[float]) -> None:
        import torch

        self.taken += 1
        device = next(iter(self.stack.values())).device
        each = torch.tensor(rates, device=device)
        with torch.no_grad():
            for name, p in self.stack.items():
                if p.grad is None:
                    continue
                g = p.grad.add_(p, alpha=self.recipe.decay) if self.recipe.decay else p.grad
                direction = self._adam(name, g) if self.second else self._momentum(name, g)
                p.sub_(direction * each.view(-1, *[1] * (p.ndim - 1)))
                p.grad = None

    def _momentum(self, name: str, g: torch.Tensor) -> torch.Tensor:
        return self.first[name].mul_(self.recipe.momentum).add_(g)

    def _adam(self, name: str, g: torch.Tensor) -> torch.Tensor:
        """Kingma and Ba, ICLR 2015."""
        import torch

        one, two = BETAS
        m = self.first[name].mul_(one).add_(g, alpha=1 - one)
        v = self.second[name].mul_(two).addcmul_(g, g, value=1 - two)
        spread = v.sqrt().div_((1 - two**self.taken) ** 0.5).add_(EPSILON)
        return torch.div(m, spread).div_(1 - one**self.taken)
