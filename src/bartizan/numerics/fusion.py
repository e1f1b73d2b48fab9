"""Signals of membership joined into one score by what they are worth on models whose members are known.

Every reference plays the target once, those that know nothing of its members are its references, and a model learns to
tell what it was trained on. Then the target is scored with as many references as were learnt with, leaving out some in
turn, and with all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.membership import Scores
from bartizan.numerics.references import References, calibrated, difficulty, lira, rmia_ratio, student_t
from bartizan.numerics.seeds import seeded

Way = Literal["boosted trees", "spline regression", "sum of ranks"]
Columns = NDArray[np.float64]
FREE = ("difficulty", "spread", "highest", "lowest")
"""Columns that say what kind of record it is. In all others more means rather a member, and no tree may learn else."""
LEARN_FROM = 50
SPLINE_BELOW, RANKS_BELOW = 1_000, 3_000
"""Records below which a spline regression, and from there on below which a sum of ranks, does better than trees. From
fewer than `LEARN_FROM` nothing is learnt."""
TREES: dict[str, Any] = {
    "max_iter": 150, "learning_rate": 0.06, "max_leaf_nodes": 8, "min_samples_leaf": 150, "l2_regularization": 20.0,
    "early_stopping": False, "random_state": 0,
}  # fmt: skip


def signals(sure: Scores, refs: References) -> dict[str, Scores]:
    """By name, what is known of each record, N each. `sure` is log p − log(1 − p) of the model in question."""
    level = difficulty(refs)
    highest, lowest = _range(refs, level)
    return {
        "sure": sure,
        "surer_than_expected": sure - level,
        "surer_than_without": calibrated(sure, refs),
        "surer_than_any": sure - highest,
        "rmia": rmia_ratio(sure, refs),
        "rmia_offline": rmia_ratio(sure, refs, online=False),
        "lira": lira(sure, refs),
        "student_t": student_t(sure, refs),
        "difficulty": level,
        "spread": refs.sure.std(axis=0),
        "highest": highest,
        "lowest": lowest,
    }


def way_for(records: int) -> Way:
    """Which model learns, by how many records there are to learn from."""
    if records < SPLINE_BELOW:
        return "spline regression"
    return "sum of ranks" if records < RANKS_BELOW else "boosted trees"


def fused(sure: Scores, refs: References, way: Way | None = None) -> Scores:
    """One score for each record, N.

    With one reference there is none to learn from, and it is RMIA's ratio; with one pair of them or too few records,
    the sum of ranks. Raises `ImportError` without scikit-learn, which the sum of ranks does not need.
    """
    if len(refs.sure) < 2:
        return rmia_ratio(sure, refs)
    score = _learnt(refs, list(range(len(refs.sure))), way)
    _, firsts = np.unique(refs.groups(), return_index=True)
    if len(firsts) < 2:
        return score(sure, refs)
    apart = np.stack([score(sure, refs.without(int(m))) for m in firsts]).mean(axis=0)
    return np.asarray((apart + score(sure, refs)) / 2, np.float64)


def played(refs: References, models: list[int], way: Way | None = None) -> list[Scores]:
    """What the fusion makes of each of `models` as a target, N each, learnt from those that know nothing of any."""
    own = set(refs.groups()[models].tolist())
    others = [m for m, group in enumerate(refs.groups().tolist()) if group not in own]
    score = _learnt(refs, others, way)
    return [score(refs.sure[m], refs.without(m)) for m in models]


def _learnt(refs: References, players: list[int], way: Way | None) -> Callable[[Scores, References], Scores]:
    """A score learnt from `players` as targets; the sum of ranks where there is nothing to learn from."""
    chosen = way or way_for(refs.sure.shape[1])
    alone = len(set(refs.groups().tolist())) < 2
    known = refs.inside[players]
    nothing = alone or refs.sure.shape[1] < LEARN_FROM or known.all() or not known.any()
    if nothing or chosen == "sum of ranks":
        return lambda sure, references: _ranked(signals(sure, references))
    seen = [signals(refs.sure[m], refs.without(m)) for m in players]
    examples = np.concatenate([_columns(s) for s in seen]), np.concatenate(list(known))
    with seeded(0):  # to import scikit-learn draws random numbers
        predict = LEARN[chosen](*examples, seen[0])
    return lambda sure, references: predict(_columns(signals(sure, references)))


def _range(refs: References, level: Scores) -> tuple[Scores, Scores]:
    """How sure the surest and the least sure of the references without each record are; where there is none, what is
    expected of one."""
    out = ~refs.inside
    none = ~out.any(axis=0)
    high = np.where(out, refs.sure, -np.inf).max(axis=0)
    low = np.where(out, refs.sure, np.inf).min(axis=0)
    return np.where(none, level, high), np.where(none, level, low)


def _columns(found: dict[str, Scores]) -> Columns:
    return np.stack(list(found.values()), axis=1)


def _ranked(found: dict[str, Scores]) -> Scores:
    from scipy.stats import rankdata

    names = ("rmia", "rmia_offline", "student_t", "surer_than_expected")
    ranks = np.stack([rankdata(found[name]) for name in names])
    return np.asarray(ranks.mean(axis=0), np.float64)


Learnt = Callable[[Columns], Scores]


def _trees(x: Columns, y: NDArray[np.bool_], names: dict[str, Scores]) -> Learnt:
    from sklearn.ensemble import HistGradientBoostingClassifier

    rising = [0 if name in FREE else 1 for name in names]
    model = HistGradientBoostingClassifier(monotonic_cst=rising, **TREES).fit(x, y)
    return lambda new: np.asarray(model.decision_function(new), np.float64)


def _splines(x: Columns, y: NDArray[np.bool_], names: dict[str, Scores]) -> Learnt:
    """Logistic regression on splines of a few signals, few enough not to be misled by a few records."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import SplineTransformer, StandardScaler

    few = [i for i, name in enumerate(names) if name in ("sure", "rmia", "student_t", "difficulty")]
    splines = SplineTransformer(n_knots=4, degree=2, knots="quantile", extrapolation="linear")
    model = make_pipeline(StandardScaler(), splines, LogisticRegression(C=0.1, max_iter=1000)).fit(x[:, few], y)
    return lambda new: np.asarray(model.decision_function(new[:, few]), np.float64)


LEARN: dict[Way, Callable[[Columns, NDArray[np.bool_], dict[str, Scores]], Learnt]] = {
    "boosted trees": _trees,
    "spline regression": _splines,
}
