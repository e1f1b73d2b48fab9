"""Steps of the optimiser on stacked parameters, each model at a rate of its own; at 0 it stands still."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .recipe import Recipe

if TYPE_CHECKING:
    import torch

BETAS, EPSILON = (0.9, 0.999), 1e-8
Stack = dict[str, "torch.Tensor"]
Step = Callable[[Stack, list[float]], None]


def stepper(stack: Stack, recipe: Recipe) -> Step:
    """What changes the stack (K×… by name) in place along minus gradients of its shapes, given K learning rates.

    On a processor model by model, whose numbers then stay in its cache; elsewhere all at once. Parameters of which no
    gradient is given stay as they are.
    """
    on_cpu = all(p.device.type == "cpu" for p in stack.values())
    return ByModel(stack, recipe) if on_cpu else AllAtOnce(stack, recipe)


class ByModel:
    """torch's own fused SGD and Adam, one call for all models of one rate. They take gradients to lie in memory as the
    parameters do, so these must be contiguous."""

    def __init__(self, stack: Stack, recipe: Recipe) -> None:
        import torch

        rows = {name: p.detach().unbind(0) for name, p in stack.items()}
        self.recipe, self.rows, self.models = recipe, rows, len(next(iter(stack.values())))
        self.first: Any
        self.second: Any
        self.first, self.second = (
            {name: [torch.zeros_like(p) for p in every] for name, every in rows.items()} for _ in range(2)
        )
        self.taken = {name: [torch.zeros(()) for _ in every] for name, every in rows.items()}

    def __call__(self, gradients: Stack, rates: list[float]) -> None:
        import torch

        slopes = {name: g.unbind(0) for name, g in gradients.items()}
        with torch.no_grad():
            for rate in dict.fromkeys(rates):
                at = [(name, k) for k in range(self.models) if rates[k] == rate for name in slopes]
                self._step(at, [slopes[name][k] for name, k in at], rate)

    def _step(self, at: list[tuple[str, int]], slopes: list[torch.Tensor], rate: float) -> None:
        from torch.optim.adam import adam
        from torch.optim.sgd import sgd

        parameters, first, second, taken = (
            [of[name][k] for name, k in at] for of in (self.rows, self.first, self.second, self.taken)
        )
        decay = self.recipe.decay
        if self.recipe.optimiser == "adam":
            one, two = BETAS
            adam(
                parameters, slopes, first, second, [], taken, fused=True, amsgrad=False, beta1=one, beta2=two, lr=rate,
                weight_decay=decay, eps=EPSILON, maximize=False,
            )  # fmt: skip
        else:
            sgd(
                parameters, slopes, first, fused=True, foreach=False, weight_decay=decay, lr=rate, dampening=0.0,
                momentum=self.recipe.momentum, nesterov=False, maximize=False,
            )  # fmt: skip


class AllAtOnce:
    """SGD and Adam as torch.optim has them, each operation on the whole stack."""

    def __init__(self, stack: Stack, recipe: Recipe) -> None:
        import torch

        self.stack, self.recipe, self.taken = stack, recipe, 0
        self.first = {name: torch.zeros_like(p) for name, p in stack.items()}
        self.second = {n: torch.zeros_like(p) for n, p in stack.items()} if recipe.optimiser == "adam" else {}

    def __call__(self, gradients: Stack, rates: list[float]) -> None:
        import torch

        self.taken += 1
        each = torch.tensor(rates, device=next(iter(self.stack.values())).device)
        with torch.no_grad():
            for name, gradient in gradients.items():
                p = self.stack[name]
                g = gradient.add(p, alpha=self.recipe.decay) if self.recipe.decay else gradient
                direction = self._adam(name, g) if self.second else self._momentum(name, g)
                p.sub_(direction * each.view(-1, *[1] * (p.ndim - 1)))

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
