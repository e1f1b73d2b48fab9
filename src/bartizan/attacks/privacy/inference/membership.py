"""Who was in the training set: one call, on a model and records of which it is known."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from bartizan.attacks.stacked import Recipe
from bartizan.core.artifact import Flag
from bartizan.core.errors import UsageError
from bartizan.numerics.matching import matched, mismatch
from bartizan.numerics.membership import Scores, auc, roc
from bartizan.numerics.seeds import child
from bartizan.numerics.told_apart import chance_of_leak, lowest_rates, non_members_needed, told_apart

from .asking import Access, Asked, refuse_moods
from .candidates import Candidates, candidates
from .choice import Views, all_scores, chosen_score
from .label_only import Probing, probing
from .result import MembershipInference, Refused
from .training import Train, Trained, references_of
from .triage import triage

LEVEL = 0.05
ROC_POINTS = 60


def membership(
    target: Any,
    members: Any,
    non_members: Any,
    *,
    references: int = 4,
    train: Train | Recipe | None = None,
    access: Access = "scores",
    fprs: tuple[float, ...] = (0.01, 0.001, 0.0001),
    seed: int = 0,
    draws: int = 1,
    label_queries: int = 12,
    checks: bool = True,
    device: str = "cpu",
    memory: int = 2 << 30,
) -> MembershipInference:
    """Tell the training records of `target` from others, and say how many of them at which false-positive rate.

    target: a function from inputs to scores N×K (logits or probabilities; with access="labels" to classes N), a
    `Target`, an nn.Module, or an estimator with predict_proba. members, non_members: (x, y) or `Data`.
    train: the target's own recipe, with its defence where it has one: a function `train(x, y, *, seed)` that returns
    what a target may be, or a `Recipe`, by which all `references` are trained at once on `device`. Each is trained on a
    random half of all candidates. Without `train` there is the loss alone.
    fprs: false-positive rates to speak of; one without 10/fpr non-members is refused, with the number needed. draws:
    answers to take the mean of, for a target that answers at random. label_queries: queries a record with
    access="labels". memory: bytes that training by a `Recipe` may take, records and answers among them; `peak` of the
    result says how many it took. checks: ask 64 records twice, and train one model more to see whether the training
    minds its seed.

    The score is chosen on references that play the target, and the target's members are looked at once, at the end.
    The same seed gives the same result. Raises `UsageError` and its kin in one sentence on what cannot be used.
    """
    _check(references, fprs, draws)
    c = candidates(members, non_members, child(seed, "candidates"))
    classes = int(c.y.max()) + 1
    asked = Asked(target, access, classes, draws)
    if checks:
        refuse_moods(asked, c.x, c.y)
    look = probing(c, label_queries, child(seed, "probing")) if access == "labels" else Probing(c)
    trained = None
    if train is not None and references:
        trained = references_of(
            train, c, references, seed, look, access, classes, checks=checks, device=device, memory=memory
        )  # fmt: skip
    sure, right = look(asked)
    score, why, scores, recipe, flags = _scored(sure, trained, c)
    result = partial(_result, c, seed=seed, fprs=fprs, score=score, why=why, scores=scores, queries=asked.queries)
    flags = (*(trained.flags if trained else ()), *flags)
    trainings = trained.trainings if trained else 0
    peak = trained.peak if trained else None
    return result(triage=triage(sure, right, c.member), recipe=recipe, flags=flags, trainings=trainings, peak=peak)


Scored = tuple[str, str, dict[str, Scores], tuple[float, float] | None, tuple[Flag, ...]]


def _scored(sure: Scores, trained: Trained | None, c: Candidates) -> Scored:
    if trained is None:
        return "loss", "no training was given, so there are no references", {"loss": sure}, None, ()
    refs = trained.refs
    recipe = mismatch(sure, refs, c.share)
    flags = _mismatched(recipe)
    comparable = matched(sure, refs, c.share) if flags else sure
    views = Views.of(comparable, refs, trained.place, c.y)
    score, why = chosen_score(views)
    return score, why, {"loss": sure, **all_scores(views)}, recipe, flags


def _mismatched(recipe: tuple[float, float]) -> tuple[Flag, ...]:
    apart, allowed = recipe
    if apart <= allowed:
        return ()
    text = f"the target's answers lie {apart:.3f} from those of the references, where {allowed:.3f} is usual"
    return (
        Flag(
            id="recipe_mismatch",
            detail=f"{text}: it was trained by another recipe, or on another number of records; quantiles were matched",
        ),
    )


def _result(
    c: Candidates, *, seed: int, fprs: tuple[float, ...], score: str, scores: dict[str, Scores], **rest: Any
) -> MembershipInference:
    used = scores[score]
    inside, outside = used[c.member], used[~c.member]
    rows_in, rows_out = c.rows[c.member], c.rows[~c.member]
    possible = [f for f in fprs if len(outside) >= non_members_needed(f)]
    refused = tuple(Refused(f, non_members_needed(f), len(outside)) for f in fprs if f not in possible)
    back = np.argsort(rows_in)
    rates = tuple(told_apart(inside[back], outside, f, child(seed, "halves")) for f in possible)
    p = chance_of_leak(inside, outside, rates)
    area, low, high = auc(used, c.member)
    order = np.concatenate([np.flatnonzero(c.member)[back], np.flatnonzero(~c.member)[np.argsort(rows_out)]])
    return MembershipInference(
        n_members=len(inside), n_non_members=len(outside), auc=area, auc_low=low, auc_high=high, rates=rates,
        refused=refused, leaks=p <= LEVEL, p=p, risk=lowest_rates(inside[back], outside), roc=_log_roc(used, c),
        score=score, scores={name: values[order] for name, values in scores.items()}, **rest,
    )  # fmt: skip


def _log_roc(scores: Scores, c: Candidates) -> tuple[Scores, Scores]:
    """True-positive rates at false-positive rates equally apart in the logarithm, from 1/m to 1."""
    fpr, tpr = roc(scores, c.member)
    at = np.geomspace(1 / max(int((~c.member).sum()), 2), 1, ROC_POINTS)
    return at, tpr[np.searchsorted(fpr, at, side="right") - 1]


def _check(references: int, fprs: tuple[float, ...], draws: int) -> None:
    if references < 0 or draws < 1:
        raise UsageError(f"references is {references} and draws {draws}; give at least 0 and 1")
    if not fprs or any(not 0 < f < 1 for f in fprs):
        raise UsageError(f"fprs is {fprs}; give false-positive rates between 0 and 1")
