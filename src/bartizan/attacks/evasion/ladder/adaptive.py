"""Whoever knows the defence: its gradients put right, and all that was found with less tried again as a start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bartizan.core.data import Array
from bartizan.core.errors import ModelError
from bartizan.numerics.seeds import child

from ..engine.health import examined
from ..engine.model import Logits
from ..engine.query_attack import query_attack
from ..engine.robust_accuracy import robust_accuracy
from .case import Case
from .rungs import Tried

if TYPE_CHECKING:
    import torch


def adaptive(case: Case, lower: Sequence[Array], stand_in: Any = None) -> Tried:
    """Gradients with every remedy, then a search by scores from there and from `lower`, points of the other rungs.

    stand_in: answers as the model does, with gradients that guide; answers are the model's all the same.
    """
    model = case.model if stand_in is None else Borrowed(case, stand_in)
    found = robust_accuracy(
        model, case.x, case.y, norm=case.norm, eps=case.eps, bounds=case.bounds, plan=case.plan,
        seed=child(case.seed, "adaptive"), device=case.device, batch=case.batch,
    )  # fmt: skip
    points, forwards = found.adversarial.copy(), found.forwards.copy()
    rows = np.flatnonzero(case.averaged(points).argmax(1) == case.y)
    if len(rows):
        asked = query_attack(
            case.averaged, case.x[rows], case.y[rows], access="scores", norm=case.norm, eps=case.eps,
            bounds=case.bounds, budget=case.queries, seed=child(case.seed, "behind"), batch=case.batch,
            start=np.stack([p[rows] for p in lower]), checks=False,
        )  # fmt: skip
        points[rows] = asked.adversarial
        forwards[rows] += asked.queries * case.logits.draws
    return Tried(points, np.zeros(len(points), np.int64), forwards, found.backwards, flags=found.flags)


class Borrowed:
    """The answers of a model with the gradients of a stand-in: backward pass differentiable approximation.

    Athalye, Carlini and Wagner, Obfuscated gradients give a false sense of security, ICML 2018, arXiv:1802.00420.
    """

    def __init__(self, case: Case, stand_in: Any) -> None:
        self._model = case.once
        ready = examined(stand_in, case.x, case.y, case.device)
        ready.close()
        self._stand_in: Logits = ready.logits

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Logits N×K. Raises `ModelError` when the two differ in classes."""
        import torch

        with torch.no_grad():
            said = self._model(x)
        guide = self._stand_in(x)
        if guide.shape != said.shape:
            raise ModelError(f"defence answers {guide.shape[1]} classes and the model {said.shape[1]}; give its like")
        return said + (guide - guide.detach())
