"""Targets whose answers are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch")
Array = NDArray[np.float32]
W = np.random.default_rng(5).standard_normal((6, 4)).astype(np.float32) * 6


def logits(x: Array) -> Array:
    """Four classes over the unit cube, with borders through its middle."""
    return np.asarray(x @ W - W.sum(axis=0) / 2, np.float32)


@pytest.fixture
def target() -> Callable[[Array], Any]:
    return logits


@pytest.fixture(scope="session")
def pool() -> Array:
    return np.random.default_rng(0).random((500, 6), np.float32)


@pytest.fixture(scope="session")
def test_inputs() -> Array:
    return np.random.default_rng(1).random((300, 6), np.float32)
