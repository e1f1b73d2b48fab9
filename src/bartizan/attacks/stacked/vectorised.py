"""K networks of any shape that torch.func can vectorise: the gradients of their losses, by autograd."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

Stack = dict[str, "torch.Tensor"]


class Vectorised:
    """net: one of them, whose buffers are those of all; stack: their parameters, K×… by name.

    Whoever changes buffers in training, or starts from others in each network, does not come here.
    """

    def __init__(self, net: torch.nn.Module, models: int, smoothing: float, device: str) -> None:
        self.net, self.smoothing = net.train(), smoothing
        self.stack: Stack = {
            name: p.detach().new_zeros(models, *p.shape, device=device).requires_grad_(True)
            for name, p in net.named_parameters()
        }

    def gradients(self, x: torch.Tensor, index: torch.Tensor, y: torch.Tensor, weight: torch.Tensor) -> Stack:
        """Of each model's cross-entropy on its rows `index` (K×B) of the pool `x`, with labels and weights K×B, by
        name; without those that the loss does not hang on."""
        import torch
        from torch.nn.functional import cross_entropy

        given = x.index_select(0, index.flatten()).view(*index.shape, *x.shape[1:])
        z = answers(self.net, self.stack, given)
        losses = cross_entropy(z.flatten(0, 1), y.flatten(), reduction="none", label_smoothing=self.smoothing)
        found = torch.autograd.grad(torch.dot(losses, weight.flatten()), list(self.stack.values()), allow_unused=True)
        return {name: g.contiguous() for name, g in zip(self.stack, found, strict=True) if g is not None}

    def take(self, k: int, net: torch.nn.Module) -> None:
        """Model k starts from the parameters of `net`."""
        for name, p in net.named_parameters():
            self.stack[name].detach()[k] = p.detach()

    def put(self, k: int, net: torch.nn.Module) -> None:
        """Parameters of model k into `net`."""
        for name, p in net.named_parameters():
            p.detach().copy_(self.stack[name].detach()[k])


def answers(net: torch.nn.Module, stack: Stack, x: torch.Tensor) -> torch.Tensor:
    """Logits K×B×C of inputs K×B×…."""
    from torch.func import functional_call, vmap

    def one(parameters: Stack, given: torch.Tensor) -> torch.Tensor:
        answer: torch.Tensor = functional_call(net, parameters, (given,))
        return answer

    z: torch.Tensor = vmap(one)(stack, x)
    return z
