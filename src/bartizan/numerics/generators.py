"""A small convolutional network that draws a perturbation for each input, kept as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array

if TYPE_CHECKING:
    import torch

LAYERS = 3
BATCH = 512


def build_generator(channels: int, width: int, seed: int) -> torch.nn.Sequential:
    """Three convolutions of 3×3 from images with `channels` to one number in (−1, 1) an entry; random by `seed`."""
    import torch
    from torch.nn import Conv2d, ReLU, Sequential, Tanh

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        sizes = [channels, width, width, channels]
        layers = [Conv2d(a, b, 3, padding=1) for a, b in pairwise(sizes)]
    return Sequential(layers[0], ReLU(), layers[1], ReLU(), layers[2], Tanh())


def arrays_of(net: torch.nn.Sequential, eps: float) -> dict[str, NDArray[np.generic]]:
    """The generator's weights `w0`, `b0`, …, and `eps`, the largest change of an entry."""
    state = net.state_dict()
    found: dict[str, NDArray[np.generic]] = {"eps": np.array([eps], np.float32)}
    for i in range(LAYERS):
        parts = (("w", "weight"), ("b", "bias"))
        found |= {f"{short}{i}": state[f"{2 * i}.{name}"].numpy().copy() for short, name in parts}
    return found


def generated(x: Array, arrays: Mapping[str, NDArray[np.generic]]) -> Array:
    """The change of each of N×C×H×W images, at most `eps` an entry."""
    import torch
    from torch.nn.functional import conv2d

    weights = [
        tuple(torch.from_numpy(np.array(arrays[f"{n}{i}"], np.float32)) for n in ("w", "b")) for i in range(LAYERS)
    ]
    parts = []
    with torch.no_grad():
        for start in range(0, len(x), BATCH):
            z = torch.from_numpy(np.ascontiguousarray(x[start : start + BATCH], np.float32))
            for i, (w, b) in enumerate(weights):
                z = conv2d(z.relu() if i else z, w, b, padding=w.shape[-1] // 2)
            parts.append(z.tanh().numpy())
    out = np.concatenate(parts) if parts else np.zeros_like(x)
    return np.asarray(out * np.float32(np.asarray(arrays["eps"]).ravel()[0]), np.float32)
