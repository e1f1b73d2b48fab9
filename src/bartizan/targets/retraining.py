"""Train a model anew by the user's recipe, and put what it returns behind the same face.

The recipe is `train(x, y, *, seed) -> model`: `x` is float32 in the space the adversary controls (N×C×H×W or N×D),
`y` is int64; it returns what the described model is, an `nn.Module` or an estimator, which is then fed through the same
preprocessing. The random states of Python, NumPy and torch are seeded for the call and put back afterwards.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from bartizan.core.data import Array, Data, Labels
from bartizan.core.errors import AccessDenied, ModelError
from bartizan.core.target import Target
from bartizan.formats.digest import digest_of
from bartizan.numerics.seeds import seeded

from .kept import keep, kept

if TYPE_CHECKING:
    from .opening import Opening


def retrained(opening: Opening, x: Array, y: Labels, *, seed: int, base: str) -> Target:
    """A target trained from scratch on (x, y). `base` is the digest of the target it stands in for."""
    if opening.train is None:
        raise AccessDenied(f"{opening.name} names no training function")
    if len(y) == 0 or len(x) != len(y):
        raise ModelError(f"the model '{opening.name}' cannot be trained on {len(x)} inputs with {len(y)} labels")
    data = Data.of(x, y)
    digest = digest_of(base, "retrained", data.digest(), str(seed))
    training = digest_of(opening.train.digest, opening.train.ref, str(opening.root), data.digest(), str(seed))
    model = kept(training)
    if model is None:
        with seeded(seed):
            model = opening.train(data.x.copy(), data.y.copy(), seed=seed)
        if _is_network(model):
            keep(training, model)
    return adopt(model, opening, digest=digest)


def _is_network(model: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def adopt(model: Any, opening: Opening, *, digest: str) -> Target:
    """The target around a model object that the user's code returned. Raises `ModelError` when it is none."""
    if _is_network(model):
        from .torch_target import torch_target

        return torch_target(opening, model, digest=digest)
    from .estimator_target import estimator_target, is_estimator

    if not is_estimator(model):
        name = opening.train.ref if opening.train else opening.name
        raise ModelError(f"{name} returned {type(model).__name__}; an nn.Module or an estimator is due")
    return estimator_target(opening, model, digest=digest)
