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
