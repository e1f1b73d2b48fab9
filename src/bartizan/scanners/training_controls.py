"""Three clouds of records with their labels, and the same with one label in eight wrong."""

from __future__ import annotations

from typing import Literal

import numpy as np

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Data, Roles
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

D, CLASSES, RECORDS, WRONG = 6, 3, 400, 50


def altered() -> Control:
    """The wrong labels must show."""
    return _control("one label in eight wrong", "positive", WRONG, 0.05)


def unaltered() -> Control:
    """Nothing may."""
    return _control("labels as they are", "negative", 0, 0.02)


def _control(name: str, kind: Literal["positive", "negative"], wrong: int, threshold: float) -> Control:
    return Control(
        name=name,
        kind=kind,
        target=lambda: LinearTarget(np.zeros((D, CLASSES), np.float32)),
        roles=lambda: clouds(wrong),
        access=Access(capabilities=(Capability.DATA_READ,)),
        budget=Budget(),
        params={"folds": 3},
        harm="suspect_excess",
        threshold=threshold,
    )


def clouds(wrong: int) -> Roles:
    """400 training records, the first `wrong` of them mislabelled, and 600 others that are clean."""
    rng = np.random.default_rng(23)
    y = rng.integers(CLASSES, size=RECORDS + 600)
    centres = 3 * np.eye(CLASSES, D)
    x = (centres[y] + 0.7 * rng.standard_normal((len(y), D))).astype(np.float32)
    given = y.copy()
    given[:wrong] = (given[:wrong] + 1 + rng.integers(CLASSES - 1, size=wrong)) % CLASSES
    data = Data.of(x, given)
    return Roles(
        probe=data.take(slice(RECORDS, RECORDS + 300)),
        auxiliary=data.take(slice(RECORDS + 300, None)),
        writable=data.take(slice(0, RECORDS)),
    )
