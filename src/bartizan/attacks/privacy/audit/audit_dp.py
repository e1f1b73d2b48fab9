"""Audits of differential privacy in one training run.

Steinke, Nasr and Jagielski, Privacy Auditing with One (1) Training Run, NeurIPS 2023, arXiv:2305.08846; the bounds by
trade-off curves are those of Mahloujifar, Melis and Chaudhuri, Auditing f-Differential Privacy in One Run, 2024,
arXiv:2410.22235.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag
from bartizan.core.data import Array, Data, Labels
from bartizan.core.errors import ModelError
from bartizan.numerics.membership import auc
from bartizan.numerics.seeds import child
from bartizan.numerics.trade_off import gaussian_epsilon

from ..log_odds import log_odds
from .guesses import candidates, right, strongest
from .inputs import checked_apart, checked_number, checked_privacy, checked_records, checked_scores
from .result import DpAudit

Train = Callable[..., Any]
Score = Callable[[Any, Array, Labels], NDArray[np.float64]]


def audit_dp(
    train: Train,
    x: Any,
    y: Any,
    canary_x: Any,
    canary_y: Any,
    *,
    delta: float,
    claimed_epsilon: float | None = None,
    score: Score = log_odds,
    guesses: int | None = None,
    alpha: float = 0.05,
    seed: int = 0,
) -> DpAudit:
    """Train once with about half of the canaries, chosen by fair coins, and bound ε by how well the coins are guessed.

    train: the training under audit, `train(x, y, *, seed) -> model`, on records `x` (N×…), `y` (N) and canaries mixed.
    canary_x, canary_y: M inputs and classes that the model would learn only from themselves: records with wrong labels,
    or noise. Neighbouring data sets differ by one record, added or removed.
    delta, claimed_epsilon: of the promise; the latter may be unknown. score: `score(model, x, y)`, high for canaries
    trained on; the log-odds of their label unless told. guesses: how many to make; by default several numbers are
    tried, and each costs its share of the level `alpha`.

    A training that shows no trace of its canaries is run a second time with the others: if that changes nothing at all,
    it does not use them (`ModelError`). The same seed gives the same result.
    Raises `UsageError` and its kin in one sentence on what cannot be audited.
    """
    checked_privacy(delta, claimed_epsilon, alpha)
    records, canaries = checked_records("x, y", x, y), checked_records("canaries", canary_x, canary_y)
    checked_number(len(canaries), guesses, alpha)
    checked_apart(records, canaries)
    mask = np.random.default_rng(child(seed, "canaries")).random(len(canaries)) < 0.5
    run = _Run(train, records, canaries, score, seed)
    scores = run(mask)
    result = audit_dp_scores(
        scores, mask, delta=delta, claimed_epsilon=claimed_epsilon, guesses=guesses, alpha=alpha, seed=seed
    )
    if result.auc[1] > 0.5:
        return replace(result, trainings=1)
    if np.array_equal(run(~mask), scores):
        raise ModelError(
            "train gave the same model with other canaries: it does not train on what it is given, and nothing can be "
            "audited"
        )
    return replace(result, trainings=2)


def audit_dp_scores(
    scores: Any,
    included: Any,
    *,
    delta: float,
    claimed_epsilon: float | None = None,
    guesses: int | None = None,
    alpha: float = 0.05,
    seed: int = 0,
) -> DpAudit:
    """The audit of a training that was run elsewhere: its canaries' scores (M numbers, high for those trained on), and
    which were `included` (M booleans), each by a fair coin of its own. Arguments and errors as for `audit_dp`.

    seed: orders canaries of equal score.
    """
    checked_privacy(delta, claimed_epsilon, alpha)
    s, mask = checked_scores(scores, included)
    checked_number(len(s), guesses, alpha)
    order = np.lexsort((np.random.default_rng(child(seed, "ties")).random(len(s)), s)).astype(np.int64)
    tried = candidates(len(s), guesses)
    counts = [(guess, right(order, mask, guess)) for guess in tried]
    best = strongest(counts, len(s), delta, alpha, "epsilon")
    mu = strongest(counts, len(s), delta, alpha, "mu").parameter
    ceiling = strongest([(g, g.number) for g in tried], len(s), delta, alpha, "epsilon").parameter
    area = auc(s, mask)
    return DpAudit(
        epsilon=best.parameter, delta=delta, confidence=1 - alpha, mu=mu, gaussian_epsilon=gaussian_epsilon(mu, delta),
        ceiling=ceiling, canaries=len(s), included=int(mask.sum()), guesses=best.guess.number, correct=best.correct,
        side=best.guess.side, hypotheses=len(tried), auc=area, scores=s, mask=mask, claimed_epsilon=claimed_epsilon,
        flags=tuple(_doubts(area, ceiling, claimed_epsilon)),
    )  # fmt: skip


class _Run:
    """The training under audit, as a function of which canaries take part."""

    def __init__(self, train: Train, records: Data, canaries: Data, score: Score, seed: int) -> None:
        self.train, self.records, self.canaries, self.score, self.seed = train, records, canaries, score, seed

    def __call__(self, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Scores of all canaries after a training with those of `mask`, in an order that tells nothing."""
        chosen = self.canaries.take(mask)
        data = self.records.join(chosen) if len(self.records) else chosen
        data = data.take(np.random.default_rng(child(self.seed, "order")).permutation(len(data)).astype(np.int64))
        model = self.train(data.x.copy(), data.y.copy(), seed=child(self.seed, "train"))
        return np.asarray(self.score(model, self.canaries.x, self.canaries.y), np.float64)


def _doubts(area: tuple[float, float, float], ceiling: float, claimed: float | None) -> list[Flag]:
    flags = []
    if area[1] <= 0.5:
        detail = f"the scores do not tell canaries trained on from others (AUC {area[0]:.2f}, 95 %: from {area[1]:.2f})"
        flags.append(Flag(id="canaries_without_trace", detail=detail))
    if claimed is not None and ceiling <= claimed:
        detail = f"with every guess right the audit would have shown ε > {ceiling:.2f}, and {claimed:g} is promised"
        flags.append(Flag(id="audit_too_small", detail=detail))
    return flags
