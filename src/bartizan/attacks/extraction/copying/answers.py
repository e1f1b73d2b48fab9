"""What a thief is let see of an answer, and what a student is taught from it."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from bartizan.core.access import Output
from bartizan.core.data import Array
from bartizan.core.view import reduce_output
from bartizan.numerics.distillation import soft_targets

Access = Literal["logits", "scores", "rounded", "top1", "labels"]
ACCESS: tuple[str, ...] = get_args(Access)
Kind = Literal["logits", "probabilities", "labels"]
Answers = NDArray[np.float32]


def kind_of(answers: NDArray[Any]) -> Kind:
    """What N×K numbers or N classes are: probabilities where no row has a negative or sums to more than 1 (some may be
    missing), else logits."""
    if answers.ndim == 1:
        return "labels"
    sums = answers.sum(axis=1)
    return "probabilities" if bool((answers >= 0).all() and (sums <= 1 + 1e-3).all()) else "logits"


def probabilities(logits: NDArray[Any]) -> Array:
    """The softmax of rows N×K."""
    e = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True), np.float32)


def let_through(answers: NDArray[Any], kind: Kind, access: Access, decimals: int) -> Answers:
    """What an interface of this access lets through: N×K, or N×1 with the class where only labels come back."""
    if kind == "labels":
        return np.asarray(answers, np.float32)[:, None]
    if access == "labels":
        return np.asarray(answers.argmax(axis=1), np.float32)[:, None]
    if access == "logits":
        return np.asarray(answers, np.float32)
    scores = answers.astype(np.float32) if kind == "probabilities" else probabilities(answers)
    return reduce_output(scores, OUTPUTS[access].model_copy(update={"decimals": decimals}))


OUTPUTS: dict[str, Output] = {
    "scores": Output(kind="scores"),
    "rounded": Output(kind="rounded"),
    "top1": Output(kind="top_k", k=1),
}


def to_teach(answers: Answers, access: Access, classes: int) -> Array:
    """Rows N×K of probabilities: those of the logits; what rounding or a cut took away shared by the classes without
    any; all of it for the class where there is no more than a label."""
    if access == "labels":
        return np.eye(classes, dtype=np.float32)[answers[:, 0].astype(np.int64)]
    if access == "logits":
        return probabilities(answers)
    return soft_targets(answers)


def classes_of(answers: NDArray[Any]) -> NDArray[np.int64]:
    """The class of each answer, N."""
    return np.asarray(answers if answers.ndim == 1 else answers.argmax(axis=1), np.int64)
