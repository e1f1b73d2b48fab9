"""The model under theft as its owner would serve it: asked in batches, its answers checked and cut to the access."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array
from bartizan.core.errors import ModelError
from bartizan.core.target import Target

from .answers import Access, Answers, Kind, classes_of, kind_of, let_through

Predict = Callable[[Array], Any]


class Oracle:
    """Answers what `access` lets through. `asked` counts inputs, whoever asks.

    classes: K, told by the first answer, or stated where the target answers with classes alone.
    """

    def __init__(self, target: Any, access: Access, *, decimals: int, classes: int | None, batch: int, device: str):
        self._predict = asking(target, access, device)
        self.access, self._decimals, self._batch = access, decimals, batch
        self._stated = target.info.classes if classes is None and isinstance(target, Target) else classes
        self.classes, self.asked = self._stated or 0, 0
        self._kind: Kind | None = None

    def open(self, x: Array) -> None:
        """Learn from the answer to a few inputs what kind of answers these are. Raises `ModelError` in one sentence."""
        answers = self._raw(x)
        self._kind = kind_of(answers)
        _refuse(self._kind, self.access, self._stated, answers)
        self.classes = self._stated or answers.shape[1]

    def __call__(self, x: Array) -> Answers:
        """N×K, or N×1 with classes."""
        answers = self._checked(self._raw(x))
        assert self._kind is not None
        return let_through(answers, self._kind, self.access, self._decimals)

    def classified(self, x: Array) -> NDArray[np.int64]:
        """The class that the target gives, N, whatever the thief may see."""
        parts = [self._checked(self._raw(x[i : i + self._batch])) for i in range(0, len(x), self._batch)]
        return np.concatenate([classes_of(p) for p in parts])

    @property
    def width(self) -> int:
        """How many numbers an answer has."""
        return 1 if self.access == "labels" else self.classes

    def _raw(self, x: Array) -> NDArray[Any]:
        self.asked += len(x)
        return readable(self._predict(np.ascontiguousarray(x)), len(x))

    def _checked(self, answers: NDArray[Any]) -> NDArray[Any]:
        if (answers.ndim == 1) != (self._kind == "labels") or (answers.ndim == 2 and answers.shape[1] != self.classes):
            raise ModelError(f"the target returned shape {answers.shape} where it had answered {self.classes} classes")
        if answers.ndim == 1 and len(answers) and not 0 <= answers.min() <= answers.max() < self.classes:
            raise ModelError(f"the target returned class {answers.max()}; with classes={self.classes} they end before")
        return answers


def asking(target: Any, access: Access, device: str) -> Predict:
    """A function from NumPy inputs to answers, of a `Target`, a torch module or a function that is one already."""
    if isinstance(target, Target):
        return _through_target(target, access)
    if hasattr(target, "state_dict") and callable(target):
        return _through_module(target, device)
    if not callable(target):
        raise ModelError(
            f"the target is {type(target).__name__}; give a function from inputs N×… to answers, or a model"
        )
    return target  # type: ignore[no-any-return]


def readable(answer: Any, n: int) -> NDArray[Any]:
    """Answers as N classes or as N×K finite numbers, K ≥ 2; a single number s a row is the pair (−s/2, s/2).

    Raises `ModelError` in one sentence.
    """
    a = np.asarray(answer.detach().cpu().numpy() if hasattr(answer, "detach") else answer)
    if a.ndim not in (1, 2) or len(a) != n or 0 in a.shape or a.dtype.kind not in "iuf":
        raise ModelError(
            f"the target returned {a.dtype} of shape {a.shape} for {n} inputs; it must return scores N×K or N classes"
        )
    if a.dtype.kind in "iu":
        return a.astype(np.int64) if a.ndim == 1 else a.astype(np.float64)
    if not np.isfinite(a).all():
        rows = int((~np.isfinite(a)).reshape(n, -1).any(axis=1).sum())
        raise ModelError(f"the target returned NaN or infinity for {rows} of {n} inputs; such answers teach nothing")
    single = a.reshape(n) if a.ndim == 1 or a.shape[1] == 1 else None
    return a if single is None else np.stack([-single / 2, single / 2], axis=1)


def _refuse(kind: Kind, access: Access, classes: int | None, answers: NDArray[Any]) -> None:
    if kind == "labels" and access != "labels":
        raise ModelError(f"the target returns classes alone, and access is {access!r}; say access='labels'")
    if kind == "labels" and classes is None:
        raise ModelError("the target returns classes alone; say how many there are (classes=…)")
    if kind == "probabilities" and access == "logits":
        raise ModelError("the target returns probabilities, and access is 'logits'; say access='scores'")
    if kind != "labels" and classes not in (None, answers.shape[1]):
        raise ModelError(f"the target returned {answers.shape[1]} classes, and classes={classes}")


def _through_target(target: Target, access: Access) -> Predict:
    if access == "labels":
        return target.labels
    if access == "logits":

        def logits(x: Array) -> Any:
            import torch

            with torch.no_grad():
                return target.logits(torch.from_numpy(x))

        return logits
    return target.scores


def _through_module(module: Any, device: str) -> Predict:
    if getattr(module, "training", False):
        raise ModelError("the target is in training mode, where it answers otherwise than deployed; call target.eval()")

    def predict(x: Array) -> Any:
        import torch

        with torch.no_grad():
            return module(torch.from_numpy(x).to(device))

    return predict
