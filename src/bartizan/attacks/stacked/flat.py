"""The parameters of K networks in one block of memory, a row each, with their gradients in another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .layers import Layer

if TYPE_CHECKING:
    import torch

    from .layers import Shape


class Flat:
    """values, gradients: K×P. Matrices of layers with `columns` are kept with the channels last, O×(H·W·C)."""

    def __init__(self, layers: list[Layer], models: int, device: str) -> None:
        import torch

        self.models, self.places = models, _places(layers)
        size = max(stop for _, stop, _, _ in self.places.values())
        self.values = torch.zeros(models, size, device=device)
        self.gradients = torch.zeros(models, size, device=device)

    def parameter(self, name: str) -> tuple[torch.Tensor, torch.Tensor] | None:
        """Values and gradients, each K×O×I of a weight and K×O of a bias; None where the layer has none."""
        if name not in self.places:
            return None
        start, stop, shape, _ = self.places[name]
        matrix = (self.models, shape[0], *((math.prod(shape[1:]),) if len(shape) > 1 else ()))
        values, gradients = (block[:, start:stop].view(matrix) for block in (self.values, self.gradients))
        return values, gradients

    def take(self, k: int, net: torch.nn.Module) -> None:
        """Parameters of `net` into row k."""
        for name, p in net.named_parameters():
            start, stop, _, columns = self.places[name]
            given = p.detach()
            turned = given.reshape(len(p), *columns).permute(0, 2, 3, 1) if columns else given
            self.values[k, start:stop] = turned.flatten()

    def put(self, k: int, net: torch.nn.Module) -> None:
        """Row k into the parameters of `net`."""
        for name, p in net.named_parameters():
            start, stop, shape, columns = self.places[name]
            row = self.values[k, start:stop]
            if columns:
                channels, *place = columns
                row = row.view(shape[0], *place, channels).permute(0, 3, 1, 2)
            p.detach().copy_(row.reshape(shape))


Place = tuple[int, int, "Shape", "Shape"]


def _places(layers: list[Layer]) -> dict[str, Place]:
    """Where each parameter begins and ends in a row, its shape, and its `columns`."""
    places: dict[str, Place] = {}
    start = 0
    for layer in layers:
        for name, p in layer.module.named_parameters():
            columns = layer.columns if name == "weight" else ()
            places[layer.named(name)] = (start, start + p.numel(), tuple(p.shape), columns)
            start += p.numel()
    return places
