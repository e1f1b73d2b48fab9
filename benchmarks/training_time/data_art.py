"""ART's detectors of planted triggers, on a model trained on the same poisoned records by the same recipe.

Both look at the last layer of a sequential network, which in PyTorch is that of the logits; their papers look at the
one before, so that both are asked. Spectral signatures (Tran 2018) give each record a score. Activation clustering
(Chen 2018) gives a verdict only: by default the smaller of two clusters of each class, whatever its size. Its
`relative-size` flags that cluster only below 35 % of the class, and stops with an error on NumPy 2.4, so that this rule
is applied here to the clusters it found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bartizan.attacks.stacked import Recipe, RecipeTarget
from bartizan.numerics.seeds import child, seeded

from .art import wrapped

RELATIVE_SIZE = 0.35
Verdicts = dict[str, NDArray[np.bool_]]
Scores = dict[str, NDArray[np.float64]]


def judged(
    x: NDArray[np.float32], y: NDArray[np.int64], recipe: Recipe, classes: int, seed: int
) -> tuple[Scores, Verdicts]:
    """Scores of the records, the higher the more suspect, and which are flagged by the settings that come with ART."""
    net = RecipeTarget(recipe, classes, x.shape[1:]).retrain(x, y, seed=child(seed, "peer")).weights()
    scores: Scores = {}
    flagged: Verdicts = {}
    for layer, part in _layers(net):
        classifier = wrapped(part, classes, x.shape[1:])
        with seeded(child(seed, "clusters")):
            scores[f"ART spectral{layer}"], flagged[f"ART spectral{layer}"] = _spectral(classifier, x, y)
            smaller = _clusters(classifier, x, y)
        flagged[f"ART activations{layer}"] = smaller
        flagged[f"ART activations by size{layer}"] = smaller & _few_of_class(smaller, y)
    return scores, flagged


def _layers(net: torch.nn.Module) -> Iterator[tuple[str, torch.nn.Module]]:
    """The network, and the network without its last layer."""
    assert isinstance(net, torch.nn.Sequential)
    yield "", net
    yield ", layer before", net[:-1]


def _spectral(classifier: Any, x: NDArray[np.float32], y: NDArray[np.int64]) -> tuple[Any, Any]:
    """All scores: reported of the records that are not kept, so that none is to be kept."""
    from art.defences.detector.poison import SpectralSignatureDefense

    _, kept = SpectralSignatureDefense(classifier, x, y).detect_poison()
    told, _ = SpectralSignatureDefense(classifier, x, y, expected_pp_poison=1.0).detect_poison()
    return np.array([float(told[i]) for i in range(len(y))]), np.array(kept) == 0


def _clusters(classifier: Any, x: NDArray[np.float32], y: NDArray[np.int64]) -> NDArray[np.bool_]:
    from art.defences.detector.poison import ActivationDefence

    _, kept = ActivationDefence(classifier, x, y).detect_poison()
    return np.asarray(kept) == 0


def _few_of_class(flags: NDArray[np.bool_], y: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of each record, whether fewer of its class are flagged than `RELATIVE_SIZE`."""
    shares = np.array([flags[y == c].mean() if (y == c).any() else 0 for c in range(int(y.max()) + 1)])
    return (np.round(shares, 2) < RELATIVE_SIZE)[y]
