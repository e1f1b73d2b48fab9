"""The Adversarial Robustness Toolbox beside ours: its wrapper of a network, and whether it is there at all.

`pip install --no-deps --target FOLDER adversarial-robustness-toolbox==1.20.1 six tqdm`, and FOLDER on PYTHONPATH.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

import torch


@cache
def installed() -> bool:
    """Says so once where it is not."""
    there = find_spec("art") is not None
    if not there:
        print("ART is not installed, so its rows are left out; training_time/peers.txt names what it takes", flush=True)
    return there


def wrapped(net: torch.nn.Module, classes: int, shape: tuple[int, ...]) -> Any:
    """As its detectors and attacks take a network; nothing is trained by it here."""
    from art.estimators.classification import PyTorchClassifier

    loss = torch.nn.CrossEntropyLoss()
    return PyTorchClassifier(net, loss, input_shape=shape, nb_classes=classes, clip_values=(0.0, 1.0))
