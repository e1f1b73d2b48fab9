"""A model's logits with gradients, as the attacks of this family use them: counted, and wary of gradients that lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Data, Labels
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics import losses

from .queries import BATCH, Queries

if TYPE_CHECKING:
    import torch

Rows = NDArray[np.int64]


def whitebox(view: View, limit: int | None = None) -> Queries:
    """Logits asked of the view; with the weights alone, of the adversary's own copy, where passes are no queries."""
    if view.access.allows(Capability.LOGITS):
        return Queries.through(view, "logits", limit)
    model = view.weights()
    queries = Queries.free(lambda x, rows: model(x), len(view.probe))
    if limit is not None:
        queries.limit[:] = limit
    return queries


def pull_back(
    z: torch.Tensor, x: torch.Tensor, cotangent: torch.Tensor, *, again: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """The gradient by `x` of logits `z` along `cotangent`, and which rows are blind (exactly zero, or not finite).

    Blind rows come back as zeros, as they do from a model that does not depend on its input at all.
    again: whether `z` will be pulled back once more.
    """
    import torch

    g = torch.autograd.grad(z, x, cotangent, allow_unused=True, retain_graph=again)[0] if z.requires_grad else None
    if g is None:
        return torch.zeros_like(x), torch.ones(len(x), dtype=torch.bool)
    flat = g.flatten(1)
    blind = ~torch.isfinite(flat).all(1) | (flat == 0).all(1)
    return torch.where(_wide(blind, x), torch.zeros_like(g), g), blind


def steepest(g: torch.Tensor, norm: str, generator: torch.Generator) -> torch.Tensor:
    """The direction of unit `norm` that climbs most; a random one where the gradient is zero."""
    import torch

    zero = (g == 0).flatten(1).all(1)
    if bool(zero.any()):
        g = g.clone()
        g[zero] = torch.randn(g[zero].shape, generator=generator, dtype=g.dtype)
    if norm == "linf":
        return g.sign()
    scaled = g / _wide(g.abs().flatten(1).amax(1).clamp_min(1e-38), g)
    return scaled / _wide(scaled.flatten(1).norm(dim=1), g)


def winning(queries: Queries, y: Labels) -> Callable[[Array, Rows], NDArray[np.bool_]]:
    """Whether NumPy inputs are misclassified, by the logits; `y` holds the true class of every example."""
    import torch

    def wins(x: Array, rows: Rows) -> NDArray[np.bool_]:
        parts = []
        with torch.no_grad():
            for i in range(0, len(rows), BATCH):
                of = rows[i : i + BATCH]
                z = queries(torch.from_numpy(np.ascontiguousarray(x[i : i + BATCH])), of)
                parts.append(losses.misclassified(z, torch.from_numpy(y[of])).numpy())
        return np.concatenate(parts)

    return wins


def tensors(probe: Data, rows: Rows) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and classes of `rows` as torch tensors of their own."""
    import torch

    return torch.from_numpy(probe.x[rows]), torch.from_numpy(probe.y[rows])


def _wide(per_row: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return per_row.reshape(-1, *[1] * (like.ndim - 1))
