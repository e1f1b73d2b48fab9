"""The one pass: all folds trained together; their answers about what they left out, and the features behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.stacked import Recipe, train_stacked
from bartizan.numerics.seeds import child

from .folds import folds_of, inside_of

if TYPE_CHECKING:
    import torch

    from bartizan.core.data import Array, Labels

POINTS = 1024


@dataclass(frozen=True)
class Fold:
    """One model and what it is asked about: `left_out` (rows of the data) and `clean` (rows of the trusted records).

    p, features: of both, in that order. known, labels: features and labels of the records it was trained on.
    """

    left_out: NDArray[np.int64]
    clean: NDArray[np.int64]
    p: NDArray[np.float64]
    features: NDArray[np.float32]
    known: NDArray[np.float32]
    labels: Labels
    trained_on: NDArray[np.int64]


def crossed(
    recipe: Recipe, x: Array, y: Labels, group: NDArray[np.int64], trusted: Array | None,
    *, folds: int, repeats: int, seed: int, device: str = "cpu",
) -> list[Fold]:  # fmt: skip
    """Train folds × repeats models in one stack, and ask each about the records it left out.

    Trusted records are dealt out over the folds like the others, so that each is judged as if it had been left out: by
    as many models, trained on as many records.
    """
    inside = inside_of(folds_of(y, group, folds, repeats, seed), folds)
    extra = 0 if trusted is None else len(trusted)
    points = x if trusted is None else np.concatenate([x, trusted])
    made = train_stacked(
        recipe, x, y, inside=inside, seed=child(seed, "models"), points=points, device=device, keep_weights=True
    )
    assert made.weights is not None
    found = []
    for m, chosen in enumerate(inside):
        order = np.random.default_rng(child(seed, "trusted", m // folds)).permutation(extra)
        clean = np.sort(order[m % folds :: folds]).astype(np.int64)
        left_out, trained_on = np.flatnonzero(~chosen), np.flatnonzero(chosen)
        asked = np.concatenate([left_out, len(x) + clean])
        features = _features(recipe, made.weights, m, points, device)
        p = _softmax(made.logits[m, asked])
        found.append(Fold(left_out, clean, p, features[asked], features[trained_on], y[trained_on], trained_on))
    return found


def _softmax(z: NDArray[Any]) -> NDArray[np.float64]:
    e = np.exp(z.astype(np.float64) - z.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True), np.float64)


def _features(recipe: Recipe, weights: dict[str, Array], model: int, points: Array, device: str) -> NDArray[np.float32]:
    """What goes into the last linear layer, P×D."""
    import torch

    with torch.random.fork_rng(devices=[]):
        net = recipe.build()
    net.load_state_dict({name: torch.from_numpy(np.ascontiguousarray(w[model])) for name, w in weights.items()})
    net.eval().to(device)
    kept: list[torch.Tensor] = []
    last = [m for m in net.modules() if isinstance(m, torch.nn.Linear)][-1]
    handle = last.register_forward_pre_hook(lambda _, given: kept.append(given[0].flatten(1).cpu()))
    with torch.no_grad():
        for i in range(0, len(points), POINTS):
            net(torch.from_numpy(points[i : i + POINTS]).to(device))
    handle.remove()
    return torch.cat(kept).numpy()
