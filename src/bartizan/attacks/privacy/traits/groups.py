"""Which records belong to the group whose share is asked about."""

from __future__ import annotations

import numpy as np

from bartizan.core.data import Data

from .shares import Mask


def group_of(data: Data, column: str, of_class: int) -> Mask:
    """Those with the highest value in the named column, or, where none is named, those of a class.

    Raises `DataError` where no column has that name.
    """
    if not column:
        return np.asarray(data.y == of_class, np.bool_)
    held = data.x[:, data.column(column)]
    return np.asarray(held == held.max(initial=0), np.bool_)
