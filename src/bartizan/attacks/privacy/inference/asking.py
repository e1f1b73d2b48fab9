"""A model of whatever kind, asked how sure it is of the true class of each record, every query counted."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import ModelError, UsageError
from bartizan.core.target import Target
from bartizan.numerics.membership import Scores, loss_signal
from bartizan.numerics.references import log_odds

Access = Literal["scores", "labels"]
Answer = Callable[[Array], NDArray[Any]]
BATCH = 1024
LEAST = 1e-6


def answer_of(model: Any, access: Access, classes: int) -> Answer:
    """Batches N×… to scores N×K (logits or probabilities), or with access="labels" to N classes.

    model: a Target, an nn.Module, an estimator of scikit-learn or a booster with its face, or a function. Raises
    `ModelError` on anything else, `UsageError` on an unknown access.
    """
    if access not in get_args(Access):
        raise UsageError(f"there is no access {access!r}; known are {', '.join(get_args(Access))}")
    if isinstance(model, Target):
        return model.labels if access == "labels" else model.scores
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(model, torch.nn.Module):
        return _network(model, access)
    if access == "labels" and callable(getattr(model, "predict", None)):
        return lambda x: np.asarray(model.predict(x.reshape(len(x), -1))).astype(np.int64)
    if callable(getattr(model, "predict_proba", None)):
        return lambda x: _all_columns(model, np.asarray(model.predict_proba(x.reshape(len(x), -1))), classes)
    if callable(model):
        return lambda x: np.asarray(model(x))
    raise ModelError(
        f"{type(model).__name__} cannot be asked for {access}; give a function from inputs to "
        f"{'classes' if access == 'labels' else 'scores N×K'}, a module, or an estimator with predict_proba"
    )


class Asked:
    """One model. `queries` counts inputs. The answer to an input is the mean of `draws`.

    keep: `answers` holds the logits, or logarithms of the probabilities, of all records that were asked about, in turn.
    """

    def __init__(self, model: Any, access: Access, classes: int, draws: int = 1, *, keep: bool = False) -> None:
        self._answer, self.access, self.classes, self.draws = answer_of(model, access, classes), access, classes, draws
        self.probabilities: bool | None = None  # told by the first answers
        self.answers: list[Array] | None = [] if keep else None
        self.queries = 0

    def sure(self, x: Array, y: Labels) -> Scores:
        """log p − log(1 − p) of the true class, N, from scores; by labels 1 where the class is right, else −1."""
        return self.sure_and_right(x, y)[0]

    def right(self, x: Array, y: Labels) -> NDArray[np.bool_]:
        """Whether the class is right, N."""
        return self.sure_and_right(x, y)[1]

    def sure_and_right(self, x: Array, y: Labels) -> tuple[Scores, NDArray[np.bool_]]:
        """Both, from the same answers."""
        parts = [self._part(x[i : i + BATCH], y[i : i + BATCH]) for i in range(0, len(y), BATCH)]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

    def _part(self, x: Array, y: Labels) -> tuple[Scores, NDArray[np.bool_]]:
        drawn = [self._once(x, y) for _ in range(self.draws)]
        return np.stack([d[0] for d in drawn]).mean(axis=0), np.stack([d[1] for d in drawn]).mean(axis=0) > 0.5

    def _once(self, x: Array, y: Labels) -> tuple[Scores, NDArray[np.bool_]]:
        if self.access == "labels":
            right = self._labels(x) == y
            return np.where(right, 1.0, -1.0), right
        scores = self._scores(x)
        if self.probabilities is None:
            self.probabilities = bool((scores >= 0).all() and (scores.sum(1) <= 1.05).all())
        if self.answers is not None:
            known = scores[:, : self.classes]
            self.answers.append(np.log(np.maximum(known, LEAST)) if self.probabilities else known)
        read = loss_signal if self.probabilities else log_odds
        return read(scores, y), scores.argmax(1) == y

    def _labels(self, x: Array) -> Labels:
        answer = np.asarray(self._answer(np.ascontiguousarray(x)))
        self.queries += len(x)
        if answer.shape != (len(x),):
            raise ModelError(
                f"the model returned shape {answer.shape} for {len(x)} inputs; by labels it is one class each"
            )
        return answer.astype(np.int64)

    def _scores(self, x: Array) -> Array:
        answer = np.asarray(self._answer(np.ascontiguousarray(x)), np.float32)
        self.queries += len(x)
        if answer.ndim == 1 or (answer.ndim == 2 and answer.shape[1] == 1):
            one = answer.reshape(len(x), 1)
            answer = np.concatenate([-one / 2, one / 2], axis=1)
        if answer.ndim != 2 or len(answer) != len(x) or answer.shape[1] < self.classes:
            raise ModelError(
                f"the model returned shape {answer.shape} for {len(x)} inputs; scores N×K for K ≥ {self.classes} "
                "classes are due (for classes alone say access='labels')"
            )
        if not np.isfinite(answer).all():
            raise ModelError("the model returned NaN or infinity; check the scaling of the records and the weights")
        return answer


def refuse_moods(asked: Asked, x: Array, y: Labels, most: int = 64) -> None:
    """Raise `ModelError` where the model answers a few records otherwise when asked again; costs two queries each."""
    first, again = asked.sure(x[:most], y[:most]), asked.sure(x[:most], y[:most])
    odd = int((np.abs(first - again) > 1e-3 * (1 + np.abs(first))).sum())
    if odd and asked.draws == 1:
        raise ModelError(
            f"the model answered {odd} of {len(first)} records differently when asked again; put it into evaluation "
            "mode, or say draws=8 to take the mean of so many answers"
        )


def _network(model: Any, access: Access) -> Answer:
    import torch

    if model.training:
        raise ModelError("the model is in training mode, in which it answers otherwise; call model.eval() first")
    first = next(model.parameters(), None)
    device = "cpu" if first is None else first.device

    def answer(x: Array) -> NDArray[Any]:
        with torch.no_grad():
            z = model(torch.from_numpy(x).to(device))
        scores: NDArray[Any] = z.float().cpu().numpy()
        return scores.argmax(1) if access == "labels" else scores

    return answer


def _all_columns(model: Any, scores: NDArray[Any], classes: int) -> NDArray[Any]:
    """A column for each class, also for those that a model has never seen and so leaves out."""
    known = getattr(model, "classes_", None)
    if known is None or scores.ndim != 2 or len(known) != scores.shape[1]:
        return scores
    whole = np.zeros((len(scores), max(classes, int(np.max(known)) + 1)), np.float32)
    whole[:, np.asarray(known).astype(np.int64)] = scores
    return whole
