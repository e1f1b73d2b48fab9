"""Records that may vouch for others: none of those in question is among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .checks import contents

if TYPE_CHECKING:
    from bartizan.core.data import Array, Data, Labels

FEWEST = 100  # trusted records below which alarms at one in a hundred say nothing


def clean_apart(data: Data, *clean: Data) -> tuple[Array, Labels] | None:
    """Inputs and labels of `clean` without those that are in `data`, too; None where fewer than 100 are left."""
    known, most = set(data.contents()), int(data.y.max(initial=0))
    x = np.concatenate([c.x for c in clean if len(c)] or [data.x[:0]])
    y = np.concatenate([c.y for c in clean if len(c)] or [data.y[:0]])
    keep = np.array([one not in known for one in contents(x)], np.bool_) & (y <= most)
    return (x[keep], y[keep]) if keep.sum() >= FEWEST else None
