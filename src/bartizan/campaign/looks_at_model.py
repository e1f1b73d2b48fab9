"""Looks at the model: does it answer steadily, each input by itself, with scores and gradients one can use."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bartizan.core.data import Array
from bartizan.core.errors import BartizanError

from .patient import Check, Look, Patient, Status

_ALONE = 16  # examples asked about one at a time
_STEADY = 1e-5  # difference of a probability that arithmetic alone can make
_SURE = 1 - 1e-6


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


def _difference(one: Array, other: Array) -> tuple[float, int]:
    """Largest gap of a score, and how many labels differ."""
    return float(np.abs(one - other).max()), int((one.argmax(1) != other.argmax(1)).sum())


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


STEADINESS: tuple[Look, ...] = (_eval_mode, _steady, _alone)
ANSWERS: tuple[Look, ...] = (_output, _gradients)
