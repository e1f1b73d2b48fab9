"""The neurons (channels) of a network's hidden layers: how active they are, and taking some out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Data
from bartizan.core.profile import NotApplicable

if TYPE_CHECKING:
    import torch

CHUNK = 1024


@dataclass(frozen=True)
class Hidden:
    """A layer before the last one, linear or convolutional, by its name; activity: mean of the positive part of each
    of its outputs (channels) on clean data."""

    name: str
    layer: torch.nn.Module
    activity: NDArray[np.float64]


def hidden_layers(net: torch.nn.Module, data: Data, title: str) -> list[Hidden]:
    """In the order in which they answer. Raises `NotApplicable` where there is none: there is nothing to take out."""
    import torch
    from torch import nn

    seen: dict[str, torch.Tensor] = {}

    def note(name: str) -> Callable[[nn.Module, object, torch.Tensor], None]:
        def hook(module: nn.Module, given: object, answer: torch.Tensor) -> None:
            positive = answer.clamp_min(0).double()
            kept = positive.flatten(2).mean(2) if answer.ndim > 2 else positive
            seen[name] = seen.pop(name, torch.zeros(kept.shape[1], dtype=torch.float64)) + kept.sum(0)

        return hook

    layers = {n: m for n, m in net.named_modules() if isinstance(m, nn.Linear | nn.Conv2d)}
    hooks = [m.register_forward_hook(note(n)) for n, m in layers.items()]
    with torch.no_grad():
        for i in range(0, len(data), CHUNK):
            net(torch.from_numpy(data.x[i : i + CHUNK]))
    for hook in hooks:
        hook.remove()
    found = [Hidden(n, layers[n], (total / len(data)).numpy()) for n, total in seen.items()][:-1]
    if not found:
        raise NotApplicable(f"{title} takes neurons out of hidden layers, and this model has none")
    return found


def silence(layer: torch.nn.Module, neurons: NDArray[np.int64]) -> None:
    """Set the incoming weights and biases of these outputs to 0, in place."""
    import torch

    with torch.no_grad():
        layer.weight[torch.from_numpy(neurons)] = 0  # type: ignore[operator]
        if layer.bias is not None:
            layer.bias[torch.from_numpy(neurons)] = 0  # type: ignore[operator]


def pruned_while_right(
    net: torch.nn.Module, order: list[tuple[torch.nn.Module, int]], data: Data, lost: float
) -> list[tuple[torch.nn.Module, int]]:
    """Silence neurons (layer, index) one after the other in this `order`, in place, for as long as no more than the
    share `lost` of the accuracy on `data` goes; those silenced."""
    least = accuracy(net, data) - lost
    done: list[tuple[torch.nn.Module, int]] = []
    for layer, neuron in order:
        kept = {n: p.detach().clone() for n, p in layer.named_parameters()}
        silence(layer, np.array([neuron]))
        if accuracy(net, data) < least - 1e-9:
            layer.load_state_dict(kept)
            break
        done.append((layer, neuron))
    return done


def accuracy(net: torch.nn.Module, data: Data) -> float:
    """Share of `data` answered rightly."""
    import torch

    with torch.no_grad():
        parts = [net(torch.from_numpy(data.x[i : i + CHUNK])).argmax(1).numpy() for i in range(0, len(data), CHUNK)]
    return float((np.concatenate(parts) == data.y).mean())
