"""K networks of one chain of layers: the gradients of their losses, by matrix products alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .flat import Flat
from .layers import Layer
from .passes import Convolution, Linear, Local, Pass, Relu, Reshape

if TYPE_CHECKING:
    import torch


class Chain:
    """layers: of one of them, as `layers_of` has it; batch: records a step and model."""

    def __init__(self, layers: list[Layer], models: int, batch: int, smoothing: float, device: str) -> None:
        self.flat, self.smoothing = Flat(layers, models, device), smoothing
        first = next(i for i, layer in enumerate(layers) if list(layer.module.parameters()))
        self.passes: list[Pass] = []
        for i, layer in enumerate(layers):
            self.passes.append(_pass(layer, self.flat, batch, first=i == first, in_place=self._fresh()))
        self.learning = self.passes[first:]
        new = self.flat.values.new_empty
        self.given, self.slope = new(models * batch, *layers[0].given), new(models, batch, layers[-1].gives[0])

    def _fresh(self) -> bool:
        """Whether the next layer is given what no other's backward pass has yet to read."""
        last = next((p for p in reversed(self.passes) if not isinstance(p, Reshape)), None)
        return not isinstance(last, Relu)

    @property
    def stack(self) -> dict[str, torch.Tensor]:
        """Parameters to step along, K×P."""
        return {"all": self.flat.values}

    @property
    def numbers(self) -> int:
        """Kept by all models in training, those of the optimiser not among them."""
        return (
            2 * self.flat.values.numel() + self.given.numel() + self.slope.numel() + sum(p.numbers for p in self.passes)
        )

    def gradients(
        self, x: torch.Tensor, index: torch.Tensor, y: torch.Tensor, weight: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Of each model's cross-entropy on its rows `index` (K×B) of the pool `x`, with labels and weights K×B."""
        import torch

        torch.index_select(x, 0, index.flatten(), out=self.given)
        h = self.given.view(*index.shape, *x.shape[1:])
        for layer in self.passes:
            h = layer.forward(h)
        g: torch.Tensor | None = self._slope(h, y, weight)
        for layer in reversed(self.learning):
            assert g is not None
            g = layer.backward(g)
        return {"all": self.flat.gradients}

    def _slope(self, z: torch.Tensor, y: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """Of the loss in the logits K×B×C: (softmax − target) · weight."""
        import torch

        g, labels = torch.softmax(z, 2, out=self.slope), y[:, :, None]
        g.scatter_add_(2, labels, g.new_full((), self.smoothing - 1).expand(labels.shape))
        return (g.sub_(self.smoothing / z.shape[2]) if self.smoothing else g).mul_(weight[:, :, None])

    def take(self, k: int, net: torch.nn.Module) -> None:
        """Model k starts from the parameters of `net`."""
        self.flat.take(k, net)

    def put(self, k: int, net: torch.nn.Module) -> None:
        """Parameters of model k into `net`."""
        self.flat.put(k, net)


def _pass(layer: Layer, flat: Flat, batch: int, *, first: bool, in_place: bool) -> Pass:
    from torch import nn

    if isinstance(layer.module, nn.Linear):
        return Linear(layer, flat, batch, first=first)
    if isinstance(layer.module, nn.Conv2d):
        return Convolution(layer, flat, batch, first=first)
    if isinstance(layer.module, nn.ReLU) and in_place:
        return Relu()
    if isinstance(layer.module, nn.Flatten):
        return Reshape()
    return Local(layer, flat.models, batch)
