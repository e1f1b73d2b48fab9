"""The peers: CopycatCNN and KnockoffNets of adversarial-robustness-toolbox, with hard labels and with probabilities.

Same network, same pool, Adam, batches of 64, and as many epochs as give no fewer optimiser steps than ours has in all.
"""

from __future__ import annotations

import math
import os
import sys
from typing import Any

import numpy as np
import torch
from evasion import peers
from numpy.typing import NDArray
from torch import nn

PEERS = ("CopycatCNN", "CopycatCNN probabilities", "KnockoffNets", "KnockoffNets probabilities")
RATES = (1e-3, 5e-3)
"""Adam's default and the rate at which ours begins; the table keeps the better of the two for the peer."""
BATCH = 64


def ready() -> None:
    """Put the peers on the path; `PEERS` in the environment may name another folder than that of the evasion table."""
    peers.ready()
    sys.path.append(os.environ.get("PEERS", ""))


def epochs_for(steps: int, queries: int) -> int:
    """The fewest epochs with at least so many steps."""
    return math.ceil(steps / math.ceil(queries / BATCH))


def stolen(
    name: str,
    net: nn.Module,
    copy: nn.Module,
    x: NDArray[np.float32],
    queries: int,
    steps: int,
    rate: float,
    seed: int,
    device: str,
) -> tuple[nn.Module, int]:
    """The peer's copy, and the optimiser steps it took."""
    from art.attacks.extraction import CopycatCNN, KnockoffNets

    np.random.seed(seed)
    torch.manual_seed(seed)
    soft = name.endswith("probabilities")
    victim = _classifier(nn.Sequential(net, nn.Softmax(1)) if soft else net, None, device)
    ours = _classifier(copy.to(device), torch.optim.Adam(copy.parameters(), lr=rate), device)
    kind = CopycatCNN if name.startswith("Copycat") else KnockoffNets
    more: dict[str, Any] = {} if kind is CopycatCNN else {"verbose": False}
    epochs = epochs_for(steps, queries)
    attack = kind(
        victim,
        batch_size_fit=BATCH,
        batch_size_query=1000,
        nb_epochs=epochs,
        nb_stolen=queries,
        use_probability=soft,
        **more,
    )
    attack.extract(x.copy(), thieved_classifier=ours)
    return copy.eval(), epochs * math.ceil(queries / BATCH)


def _classifier(net: nn.Module, optimiser: Any, device: str) -> Any:
    from art.estimators.classification import PyTorchClassifier

    return PyTorchClassifier(
        net,
        loss=nn.CrossEntropyLoss(),
        optimizer=optimiser,
        input_shape=(1, 28, 28),
        nb_classes=10,
        clip_values=(0, 1),
        device_type="cpu" if device == "cpu" else "gpu",
    )
