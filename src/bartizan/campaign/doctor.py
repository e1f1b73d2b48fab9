"""What to know of a target before money is spent on attacking it: a list of checks, each with a sentence.

A hang is the caller's to catch: run this under a deadline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Data
from bartizan.core.errors import BartizanError
from bartizan.core.target import Target
from bartizan.numerics.intervals import clopper_pearson

from .apart import overlap

Status = Literal["ok", "warn", "fail"]
Bounds = tuple[float, float] | None

_SAMPLE = 256  # examples asked about for most checks
_JUDGED = 2000  # examples the accuracy is measured on
_FEW = 30  # with fewer examples, an interval spans more than a tenth of all rates even where none fails
_ALONE = 16  # examples asked about one at a time
_STEADY = 1e-5  # difference of a probability that arithmetic alone can make
_SURE = 1 - 1e-6


@dataclass(frozen=True)
class Check:
    """One thing looked at. `sentence` says what was seen and, unless it is fine, how to mend it."""

    id: str
    status: Status
    sentence: str


@dataclass(frozen=True)
class Patient:
    """A target with what it is examined on. `scores` are those of `x`, asked for once; `train` where it is known."""

    target: Target
    data: Data
    x: Array
    scores: Array
    bounds: Bounds
    eps: float | None
    norm: str
    stated_accuracy: float | None
    train: Data | None


def examine(
    target: Target,
    data: Data,
    *,
    bounds: Bounds,
    eps: float | None = None,
    norm: str = "linf",
    stated_accuracy: float | None = None,
    train: Data | None = None,
) -> list[Check]:
    """All checks, in the order of their weight. `eps` is the largest size of `norm` that attacks will be given.

    A model that raises or returns NaN fails the check in which it did.
    """
    x = data.take(spread(len(data), _SAMPLE)).x
    try:
        scores = target.scores(x)
    except BartizanError as cause:
        return [Check("answers", "fail", str(cause))]
    patient = Patient(target, data, x, scores, bounds, eps, norm, stated_accuracy, train)
    return [_answers(patient), *(check for look in _LOOKS for check in _seen(look, patient))]


def _seen(look: Callable[[Patient], Iterator[Check]], patient: Patient) -> list[Check]:
    try:
        return list(look(patient))
    except BartizanError as cause:
        return [Check(look.__name__.strip("_"), "fail", str(cause))]


def spread(n: int, most: int) -> NDArray[np.int64]:
    """At most `most` row numbers, evenly over 0 … n-1."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(np.int64))


def _answers(p: Patient) -> Check:
    return Check(
        "answers", "ok", f"{len(p.x)} inputs of shape {list(p.x.shape[1:])} give {p.scores.shape[1]} scores each"
    )


def _steady(p: Patient) -> Iterator[Check]:
    again = p.target.scores(p.x)
    gap, moved = _difference(p.scores, again)
    if moved:
        yield Check(
            "steady",
            "fail",
            f"asked twice, {moved} of {len(p.x)} labels differ: something in it is random; fix its seed",
        )
    elif gap > _STEADY:
        yield Check("steady", "warn", f"asked twice, scores differ by up to {gap:.2g}: something in it is random")
    else:
        yield Check("steady", "ok", "asked twice, it gives the same answer")


def _alone(p: Patient) -> Iterator[Check]:
    few = p.x[:_ALONE]
    single = np.concatenate([p.target.scores(few[i : i + 1]) for i in range(len(few))])
    gap, moved = _difference(p.scores[: len(few)], single)
    if moved or gap > 1e-2:
        seen = f"asked one at a time, {moved} of {len(few)} labels differ and scores by up to {gap:.2g}"
        yield Check("alone", "fail", f"{seen}: inputs of a batch influence each other (batch statistics in use?)")
    elif gap > 1e-3:
        yield Check("alone", "warn", f"asked one at a time, scores differ by up to {gap:.2g}")
    else:
        yield Check("alone", "ok", "inputs asked one at a time and in a batch get the same answer")


def _eval_mode(p: Patient) -> Iterator[Check]:
    try:
        modules = list(p.target.weights().named_modules())
    except BartizanError:
        yield Check("eval_mode", "ok", "there is no training mode to leave on")
        return
    training = [n for n, m in modules if n and m.training and type(m).__name__.startswith(("Dropout", "BatchNorm"))]
    batch = [
        n for n, m in modules if type(m).__name__.startswith("BatchNorm") and getattr(m, "running_mean", 0) is None
    ]
    if training:
        yield Check(
            "eval_mode", "fail", f"{training[0]} is in training mode; call eval() before the model is handed on"
        )
    elif batch:
        yield Check("eval_mode", "fail", f"{batch[0]} keeps no running statistics, so a batch decides its own answers")
    else:
        yield Check("eval_mode", "ok", "dropout and batch normalisation are in evaluation mode")


def _inputs(p: Patient) -> Iterator[Check]:
    low, high = float(p.data.x.min()), float(p.data.x.max())
    seen = f"inputs lie in [{low:g}, {high:g}]"
    if p.bounds is None:
        yield Check(
            "inputs", "warn", f"{seen}; no bounds are stated (load.bounds), and attacks that need them are left out"
        )
        return
    stated = f"the stated bounds [{p.bounds[0]:g}, {p.bounds[1]:g}]"
    slack = 1e-6 * (p.bounds[1] - p.bounds[0])
    if low < p.bounds[0] - slack or high > p.bounds[1] + slack:
        yield Check("inputs", "fail", f"{seen}, outside {stated}; {_hint(high, p.bounds[1])}")
    elif high - low < 0.1 * (p.bounds[1] - p.bounds[0]):
        yield Check("inputs", "warn", f"{seen}, a small part of {stated}: do both speak of the same space?")
    else:
        yield Check("inputs", "ok", f"{seen}, within {stated}")


def _hint(high: float, bound: float) -> str:
    if 1 < high <= 255 and bound == 1:
        return "write 'scale: 0.00392156862745098' under the load of the data (1/255), or correct load.bounds"
    return "correct load.bounds, or scale the data (load.scale)"


def _eps(p: Patient) -> Iterator[Check]:
    if p.eps is None or p.bounds is None:
        return
    width, many = p.bounds[1] - p.bounds[0], float(np.prod(p.target.info.input_shape))
    largest = {"linf": width, "l2": width * many**0.5, "l1": width * many, "l0": many}.get(p.norm, np.inf)
    if p.eps > largest:
        yield Check("eps", "fail", f"ε = {p.eps:g} ({p.norm}) is larger than the whole range of inputs ({largest:g})")
    elif p.norm == "linf" and p.eps >= width / 2:
        yield Check(
            "eps", "warn", f"ε = {p.eps:g} turns every input into a flat grey one (half of the range {width:g})"
        )
    else:
        yield Check("eps", "ok", f"ε = {p.eps:g} ({p.norm}) in a range of {largest:g}")


def _output(p: Patient) -> Iterator[Check]:
    reading = getattr(p.target, "reading", None)
    told = {"logits": "its outputs are read as logits", "probabilities": "its outputs are read as probabilities"}
    seen = told.get(str(reading), "it returns scores")
    sure = float((p.scores.max(axis=1) > _SURE).mean())
    if bool(np.isin(p.scores, (0, 1)).all()):
        yield Check("output", "warn", f"{seen}, but every score is 0 or 1: to an attack it answers with labels only")
    elif reading == "logits" and _sums_to_one(p):
        yield Check(
            "output", "fail", "its outputs look like probabilities but are read as logits; return one or the other"
        )
    elif sure > 0.5:
        yield Check(
            "output", "warn", f"{seen}; {sure:.0%} are so sure that gradients vanish, and attacks may fail for that"
        )
    else:
        yield Check("output", "ok", seen)


def _sums_to_one(p: Patient) -> bool:
    if not p.target.info.differentiable:
        return False
    import torch

    with torch.no_grad():
        raw = p.target.logits(torch.from_numpy(p.x)).numpy()
    return bool((raw >= 0).all() and (np.abs(raw.sum(axis=1) - 1) < 1e-3).all())


def _gradients(p: Patient) -> Iterator[Check]:
    if not p.target.info.differentiable:
        remark = getattr(p.target, "remark", "")
        if remark:
            yield Check("gradients", "warn", f"{remark}; it is tested as a black box")
        return
    import torch

    x = torch.from_numpy(p.x).requires_grad_()
    y = torch.from_numpy(p.target.labels(p.x))
    loss = torch.nn.functional.cross_entropy(p.target.logits(x), y, reduction="sum")
    (gradient,) = torch.autograd.grad(loss, x)
    flat = gradient.flatten(1)
    if not bool(torch.isfinite(flat).all()):
        yield Check("gradients", "fail", "gradients hold NaN or infinite values")
        return
    none = float((flat.abs().amax(dim=1) == 0).float().mean())
    status: Status = "warn" if none > 0.1 else "ok"
    yield Check(
        "gradients",
        status,
        f"gradients are zero for {none:.0%} of inputs" + (": attacks may fail for that" if none > 0.1 else ""),
    )


def _classes(p: Patient) -> Iterator[Check]:
    k, seen = p.target.info.classes, np.unique(p.data.y)
    if int(seen.max()) >= k:
        yield Check(
            "classes", "fail", f"the labels go up to {int(seen.max())}, but the model has the classes 0 to {k - 1}"
        )
    elif len(seen) < k:
        yield Check("classes", "warn", f"the data show {len(seen)} of the model's {k} classes")
    else:
        yield Check("classes", "ok", f"the data show all {k} classes")


def _enough(p: Patient) -> Iterator[Check]:
    n, classes, seen = len(p.data), np.unique(p.data.y), []
    if n < _FEW:
        most = clopper_pearson(0, n)[1]
        seen.append(f"{n} test examples are few: where none fails, up to {most:.0%} of all may")
    if len(classes) == 1 and p.target.info.classes > 1:
        seen.append(f"all test examples are of class {classes[0]}, so nothing is said of the others")
    if seen:
        yield Check("enough", "warn", "; ".join(seen) + "; add more")
    else:
        yield Check("enough", "ok", f"{n} test examples")


def _accuracy(p: Patient) -> Iterator[Check]:
    part = p.data.take(spread(len(p.data), _JUDGED))
    hits = int((p.target.labels(part.x) == part.y).sum())
    low, high = clopper_pearson(hits, len(part))
    seen = f"accuracy is {hits / len(part):.3f} [{low:.3f}, {high:.3f}] on {len(part)} examples"
    common = float(np.bincount(part.y).max() / len(part))
    if p.stated_accuracy is None:
        poor = low <= common and p.target.info.classes > 1
        yield Check(
            "accuracy",
            "warn" if poor else "ok",
            seen + (f", no better than always answering the commonest class ({common:.3f})" if poor else ""),
        )
    elif high < p.stated_accuracy:
        yield Check(
            "accuracy",
            "fail",
            f"{seen}, below the stated {p.stated_accuracy:g}: check preprocessing, class order and test data",
        )
    elif low > p.stated_accuracy:
        yield Check("accuracy", "warn", f"{seen}, above the stated {p.stated_accuracy:g}: has it seen the test data?")
    else:
        yield Check("accuracy", "ok", f"{seen}, as stated ({p.stated_accuracy:g})")


def _apart(p: Patient) -> Iterator[Check]:
    if p.train is None:
        return
    found = overlap(p.train, p.data)
    if found.large:
        yield Check("apart", "fail", f"{found.sentence()}; test on examples that it was not trained on (test_data)")
    elif found.shared:
        yield Check("apart", "warn", f"{found.sentence()}; where membership is tested, these are left out")
    else:
        yield Check("apart", "ok", "no test example is a training example")


def _difference(one: Array, other: Array) -> tuple[float, int]:
    """Largest gap of a score, and how many labels differ."""
    return float(np.abs(one - other).max()), int((one.argmax(1) != other.argmax(1)).sum())


_LOOKS: tuple[Callable[[Patient], Iterator[Check]], ...] = (
    _eval_mode,
    _steady,
    _alone,
    _inputs,
    _eps,
    _output,
    _gradients,
    _classes,
    _enough,
    _accuracy,
    _apart,
)
