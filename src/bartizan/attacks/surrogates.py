"""A model of the adversary's own to prepare poison on: by the target's recipe where known, else a small network."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bartizan.core.data import Array, Labels
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.seeds import child
from bartizan.numerics.students import build_student, distil

if TYPE_CHECKING:
    import torch

STEPS = 600


def own_logits(view: View, seed: int, *, steps: int = STEPS) -> Callable[[torch.Tensor], torch.Tensor]:
    """Differentiable logits of a model trained on the writable records, and on nothing else.

    An insider with the recipe trains by it (one retraining); a contributor of records trains a small network for
    `steps` steps.
    """
    clean = view.writable
    if view.access.allows(Capability.RECIPE) and view.info.differentiable:
        return view.train(clean.x, clean.y, seed=child(seed, "own model")).logits
    return own_network(clean.x, clean.y, view.info.classes, seed, steps=steps)


def own_module(view: View, seed: int, *, steps: int = STEPS) -> torch.nn.Module:
    """The same as a network whose weights can be differentiated by."""
    clean = view.writable
    if view.access.allows(Capability.RECIPE) and view.info.differentiable:
        return view.train(clean.x, clean.y, seed=child(seed, "own model")).weights()
    return own_network(clean.x, clean.y, view.info.classes, seed, steps=steps)


def own_network(x: Array, y: Labels, classes: int, seed: int, *, steps: int = STEPS) -> torch.nn.Sequential:
    """A small network trained on (x, y), in evaluation mode, its weights fixed."""
    net = build_student(x.shape[1:], classes, width=8, seed=child(seed, "own network"))
    distil(net, x, np.eye(classes, dtype=np.float32)[y], steps=steps, seed=child(seed, "own order"))
    return net.requires_grad_(False)
