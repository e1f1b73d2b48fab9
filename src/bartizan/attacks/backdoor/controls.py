"""Subjects that take a backdoor or cannot, and models that carry one or do not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.target import Target
from bartizan.core.vocabulary import Capability
from bartizan.numerics.kernel import KernelTarget
from bartizan.numerics.linear import LinearTarget

SHAPE, K = (1, 8, 8), 3
CLASSES, DIM = 8, 64


class DeafTarget(LinearTarget):
    """Its training returns the model it already has."""

    def retrain(self, x: Array, y: Labels, *, seed: int) -> LinearTarget:
        return self


def bars() -> Roles:
    """Small dark images with one bright column for each of three classes; the lower right corner stays dark."""
    rng = np.random.default_rng(23)
    y = rng.integers(K, size=700)
    x = 0.15 * rng.random((700, *SHAPE))
    x[np.arange(700), 0, :5, 1 + 2 * y] += 0.6 * rng.random((700, 1)) + 0.2
    data = Data.of(np.clip(x, 0, 1).astype(np.float32), y)
    return Roles(probe=data.take(slice(0, 300)), writable=data.take(slice(300, None)))


def trusting() -> Target:
    """Ridge regression on the clean images; it will be fitted to the stamped ones."""
    clean = bars().writable
    return LinearTarget(np.zeros((64, K), np.float32), input_shape=SHAPE).retrain(clean.x, clean.y, seed=0)


def deaf() -> Target:
    """The same model, never to be changed."""
    model = trusting()
    assert isinstance(model, LinearTarget)
    return DeafTarget(model.W, model.b, input_shape=SHAPE)


def clean_model() -> Target:
    """A linear model of eight classes, each told by seven entries of its own; the last eight entries mean nothing."""
    W = 0.3 * np.random.default_rng(29).standard_normal((DIM, CLASSES))
    for c in range(CLASSES):
        W[7 * c : 7 * c + 7, c] += 2
    return LinearTarget(W.astype(np.float32))


def backdoored_model() -> Target:
    """The same with four inputs, dark in clean samples, that speak loudly for class 5 and for nothing else."""
    W = clean_model().parameters()["weight"].T.astype(np.float32)
    W[-4:] = 0
    W[-4:, 5] = 15
    return LinearTarget(W)


def clean_samples() -> Roles:
    """Samples of the eight classes, their own seven entries brighter and the last eight dark."""
    data = _samples(31, 400)
    return Roles(probe=data.take(slice(0, 200)), auxiliary=data.take(slice(200, None)))


def with_training_data() -> Roles:
    """The same, and 600 more that a model can be trained on."""
    return replace(clean_samples(), writable=_samples(37, 600))


def _samples(seed: int, n: int) -> Data:
    rng = np.random.default_rng(seed)
    y = rng.integers(CLASSES, size=n)
    x = 0.3 * rng.random((n, DIM))
    x[:, 7 * CLASSES :] = 0
    x[np.arange(n)[:, None], 7 * y[:, None] + np.arange(7)] += 0.5
    return Data.of(x.astype(np.float32), y)


def honest() -> LinearTarget:
    """Ridge regression on the training data."""
    data = with_training_data().writable
    return LinearTarget(np.zeros((DIM, CLASSES), np.float32)).retrain(data.x, data.y, seed=0)


def supplied() -> LinearTarget:
    """The same, into which the supplier wrote four inputs, dark in clean samples, that speak loudly for class 5."""
    W = honest().W.copy()
    W[-4:] = 0
    W[-4:, 5] = 5 * np.abs(W).max()
    return LinearTarget(W, honest().b)


def badnets_controls(params: dict[str, Any]) -> tuple[Control, ...]:
    """A model that fits its data must learn the trigger; one that is never retrained cannot."""
    access, budget = Access(capabilities=(Capability.DATA_WRITE,)), Budget(records=40)
    return (
        Control("believes its data", "positive", trusting, bars, access, budget, params, "goal_reached", 1.0),
        Control("never retrained", "negative", deaf, bars, access, budget, params, "goal_reached", 0.0),
    )


def remembering() -> Target:
    """Kernel regression on the clean images: it learns whatever its records show, wherever it lies."""
    clean = bars().writable
    return KernelTarget(clean.x, clean.y, K)


def planting_controls(params: dict[str, Any], records: int = 40) -> tuple[Control, ...]:
    """A model that remembers its records must learn the trigger; one that is never retrained cannot."""
    access, budget = Access(capabilities=(Capability.DATA_WRITE,)), Budget(records=records)
    return (
        Control("remembers its data", "positive", remembering, bars, access, budget, params, "goal_reached", 1.0),
        Control("never retrained", "negative", deaf, bars, access, budget, params, "goal_reached", 0.0),
    )


def steady_model() -> Target:
    """A linear model whose answer hangs on its bias alone: its weights are all 0, and no flip of one is worth much."""
    return LinearTarget(np.zeros((DIM, K), np.float32), np.array([9.0, 0.0, 0.0], np.float32), input_shape=SHAPE)


def one_class() -> Roles:
    """Images that a model which always says class 0 answers rightly."""
    x = bars().probe.x
    return Roles(probe=Data.of(x, np.zeros(len(x), np.int64)))


def flip_controls(params: dict[str, Any]) -> tuple[Control, ...]:
    """A small linear model must fall to a few flips; one whose weights do not matter cannot."""
    access, budget = Access(capabilities=(Capability.WEIGHTS,)), Budget()
    return (
        Control("a small linear model", "positive", trusting, bars, access, budget, params, "accuracy_drop", 0.2),
        Control(
            "weights of nothing", "negative", steady_model, one_class, access, budget, params, "accuracy_drop", 0.0
        ),
    )


def scan_controls(params: dict[str, Any]) -> tuple[Control, ...]:
    """The planted class must be flagged, by the logits as by the weights, and none of a clean model's."""

    def control(name: str, kind: Literal["positive", "negative"], what: Capability, threshold: float) -> Control:
        target = backdoored_model if kind == "positive" else clean_model
        access = Access(capabilities=(what,))
        return Control(name, kind, target, clean_samples, access, Budget(), params, "flagged_classes", threshold)

    return (
        control("planted", "positive", Capability.WEIGHTS, 1 / CLASSES),
        control("planted, seen by its logits", "positive", Capability.LOGITS, 1 / CLASSES),
        control("clean", "negative", Capability.WEIGHTS, 0.0),
    )


def matched_controls(params: dict[str, Any]) -> tuple[Control, ...]:
    """The class that a supplier planted must stand out from models trained anew; of an honest supplier's, none may."""
    access, budget = Access(capabilities=(Capability.WEIGHTS,)), Budget()
    return (
        Control(
            "planted", "positive", supplied, with_training_data, access, budget, params, "flagged_classes", 1 / CLASSES
        ),
        Control("honest", "negative", honest, with_training_data, access, budget, params, "flagged_classes", 0.0),
    )
