"""Estimators and boosters as targets: arrays in, scores out, no gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import ModelError
from bartizan.core.target import Target, TargetInfo

from .opening import Opening
from .outputs import probabilities, raised_by
from .regression import require_classes
from .retraining import retrained

Answer = Callable[[Array], NDArray[Any]]

_BATCH = 4096


class EstimatorTarget(Target):
    """`answer` maps a preprocessed batch (N×D, or as the inputs are shaped) to raw scores, N×K or N.

    remark: a sentence on why the target has no gradients, where it might have had some.
    """

    remark = ""

    def __init__(self, info: TargetInfo, opening: Opening, answer: Answer) -> None:
        self.info = info
        self._opening, self._answer = opening, answer
        self.reading = opening.reading

    def scores(self, x: Array) -> Array:
        parts = [self._part(x[i : i + _BATCH]) for i in range(0, len(x), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, self.info.classes), np.float32)

    def retrain(self, x: Array, y: Labels, *, seed: int) -> Target:
        return retrained(self._opening, x, y, seed=seed, base=self.info.digest)

    def files(self) -> list[str]:
        return self._opening.files()

    def _part(self, x: Array) -> Array:
        with raised_by(self.info.id):
            raw = self._answer(self._opening.preprocess.array(x))
        return probabilities(raw, len(x), self.info.classes, self._opening.reading, self.info.id)


def black_box(opening: Opening, answer: Answer, *, digest: str = "", extra: tuple[str, ...] = ()) -> EstimatorTarget:
    """The target around `answer`, asked once to see that it takes the inputs. Raises `ModelError`."""
    with raised_by(opening.name):
        known = opening.read_by(lambda x: answer(opening.preprocess.array(x)))
    info = known.info(differentiable=False, extra=extra)
    target = EstimatorTarget(info.model_copy(update={"digest": digest}) if digest else info, known, answer)
    target.scores(known.probes())
    return target


def is_estimator(model: Any) -> bool:
    """Whether an object answers `predict`, as scikit-learn's estimators and the boosters do."""
    return callable(getattr(model, "predict", None))


def estimator_target(opening: Opening, model: Any, *, digest: str = "", extra: tuple[str, ...] = ()) -> EstimatorTarget:
    """The target around a fitted estimator, or a booster of XGBoost or LightGBM. Raises `ModelError`."""
    require_classes(model, opening.name)
    return black_box(opening, answer_of(model, opening), digest=digest, extra=extra)


def answer_of(model: Any, opening: Opening) -> Answer:
    """How to ask `model` for scores: `predict_proba`, else `decision_function`, else `predict`."""
    package = type(model).__module__.partition(".")[0]
    if package in ("xgboost", "lightgbm") and type(model).__name__ == "Booster":
        return _booster(model, package)
    if hasattr(model, "predict_proba"):
        return _columns(model, model.predict_proba, opening)
    if hasattr(model, "decision_function"):
        return _columns(model, model.decision_function, opening)
    return _columns(model, lambda x: _one_hot(model, x, opening), opening)


def flat(x: Array) -> Array:
    """N×D."""
    return x.reshape(len(x), -1)


def _booster(model: Any, package: str) -> Answer:
    if package == "lightgbm":
        return lambda x: np.asarray(model.predict(flat(x), num_threads=1))

    def ask(x: Array) -> NDArray[Any]:
        import xgboost

        names = model.feature_names
        return np.asarray(model.predict(xgboost.DMatrix(flat(x), feature_names=names, nthread=1)))

    return ask


def _columns(model: Any, ask: Callable[[Any], Any], opening: Opening) -> Answer:
    """Put the columns where the labels are: an estimator keeps only the classes it was trained on."""
    classes = getattr(model, "classes_", None)
    places = None if classes is None else _places(np.asarray(classes), opening)

    def answer(x: Array) -> NDArray[Any]:
        raw = np.asarray(ask(_framed(model, flat(x))), dtype=np.float64)
        if places is None or raw.ndim == 1 or raw.shape[1] != len(places):
            return raw
        missing = raw.min() - 50.0 if (raw < 0).any() else 0.0
        out = np.full((len(raw), opening.classes), missing)
        out[:, places] = raw
        return out

    return answer


def _places(classes: NDArray[Any], opening: Opening) -> list[int] | None:
    if classes.dtype.kind in "iu" or (classes.dtype.kind == "f" and (classes == np.round(classes)).all()):
        places = [int(c) for c in classes]
        if min(places) < 0 or max(places) >= opening.classes:
            raise ModelError(
                f"the model '{opening.name}' knows the labels {min(places)} to {max(places)}, but labels here go from 0"
                f" to {opening.classes - 1}; correct load.classes or the labels"
            )
        return places
    names = [str(n) for n in opening.load.class_names]
    if names and set(map(str, classes)) <= set(names):
        return [names.index(str(c)) for c in classes]
    return None


def _framed(model: Any, x: Array) -> Any:
    """A data frame for estimators that were trained with one; others take the array."""
    names = getattr(model, "feature_names_in_", None)
    if names is None or len(names) != x.shape[1]:
        return x
    try:
        import pandas
    except ImportError:
        return x
    return pandas.DataFrame(x, columns=list(names))


def _one_hot(model: Any, x: Any, opening: Opening) -> NDArray[np.float64]:
    answers = np.asarray(model.predict(x))
    known = np.asarray(getattr(model, "classes_", np.arange(opening.classes)))
    return np.asarray(answers[:, None] == known[None, :], dtype=np.float64)
