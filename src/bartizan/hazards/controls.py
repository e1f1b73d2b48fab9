"""Readers on which the truth is known: one that any corruption breaks, one that none can."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Data, Feature, Roles
from bartizan.core.target import Target
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

Modality = Literal["image", "tabular"]

SHAPES: dict[Modality, tuple[int, ...]] = {"image": (1, 8, 8), "tabular": (12,)}
LABELS_ONLY = Access(capabilities=(Capability.LABELS,))


def template_reader(modality: Modality, params: dict[str, Any]) -> Control:
    """Positive: says 1 only where 99.9 % of the template's own response is met, so a changed template is missed."""
    return Control(
        name="template reader",
        kind="positive",
        target=lambda: _template_target(modality),
        roles=lambda: _templates(modality),
        access=LABELS_ONLY,
        budget=Budget(),
        params=params,
        harm="failure_probability",
        threshold=0.3,
    )


def constant_reader(modality: Modality, params: dict[str, Any]) -> Control:
    """Negative: answers 1 whatever it sees, on examples of class 1."""
    return Control(
        name="constant reader",
        kind="negative",
        target=lambda: _constant_target(modality),
        roles=lambda: _templates(modality),
        access=LABELS_ONLY,
        budget=Budget(),
        params=params,
        harm="failure_probability",
        threshold=0.0,
    )


def template(modality: Modality) -> np.ndarray:
    """A pattern of dark (0.2) and bright (0.8) pixels in equal number, flattened."""
    size = int(np.prod(SHAPES[modality]))
    bright = np.random.default_rng(5).permutation(size) < size // 2
    return np.where(bright, 0.8, 0.2).astype(np.float32)


def _template_target(modality: Modality) -> Target:
    pattern = template(modality).astype(np.float64)
    weights = np.stack([np.zeros_like(pattern), pattern], axis=1)
    threshold = 0.999 * float(pattern @ pattern)
    return LinearTarget(weights, np.array([threshold, 0.0]), input_shape=SHAPES[modality], modality=modality)


def _constant_target(modality: Modality) -> Target:
    size = int(np.prod(SHAPES[modality]))
    return LinearTarget(np.zeros((size, 2)), np.array([0.0, 1000.0]), input_shape=SHAPES[modality], modality=modality)


def _templates(modality: Modality, n: int = 60) -> Roles:
    pattern = template(modality).reshape(SHAPES[modality])
    features = tuple(Feature(name=f"x{i}", low=0.0, high=1.0) for i in range(12)) if modality == "tabular" else ()
    return Roles(probe=Data.of(np.repeat(pattern[None], n, axis=0), np.ones(n, np.int64), features))
