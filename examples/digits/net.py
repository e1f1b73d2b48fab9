"""The digit reader: a small convolutional network, and the recipe it is trained by.

`system.yaml` names both functions; Bartizan calls `build` to load the weights and `train` to train the model again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

EPOCHS = 10
BATCH = 64
LEARNING_RATE = 6e-3


def build() -> torch.nn.Module:
    """The untrained network: images N×1×28×28 in [0, 1] to logits N×10."""
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(1, 8, 5, stride=2, padding=2),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * 7 * 7, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def train(x: NDArray[np.float32], y: NDArray[np.int64], *, seed: int) -> torch.nn.Module:
    """Train from scratch on images `x` (N×1×28×28 in [0, 1]) with labels `y` (N, 0 to 9). The same seed gives the
    same weights on the same machine."""
    import torch
    from torch.nn import functional as F

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = build()
    generator = torch.Generator().manual_seed(seed)
    images, labels = torch.from_numpy(x), torch.from_numpy(y)
    steps = EPOCHS * -(-len(labels) // BATCH)
    optimiser = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=LEARNING_RATE, total_steps=steps)
    net.train()
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(labels), generator=generator).split(BATCH):
            optimiser.zero_grad()
            F.cross_entropy(net(images[batch]), labels[batch]).backward()
            optimiser.step()
            schedule.step()
    return net.eval()
