"""LiRA and RMIA as their papers have them, written apart from ours, given the answers of the same kind of references.

Each takes the target's true-class logits (log-odds, N), the references' (K×N) and which of them saw which record (K×N).
LiRA has one variance for each side over all records, as the paper advises below 64 references; from 64 on its own for
each record. RMIA compares with all other records of the pool as population; γ = 1, which orders records as any γ does
where so many are compared with. Its offline slope a is chosen by hindsight from `SLOPES`, which can only help it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from bartizan.numerics.seeds import child

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]
SLOPES = (0.2, 0.3, 0.5, 0.7, 1.0)


def halves(models: int, points: int, seed: int) -> Mask:
    """Each record in exactly half of the references, as the papers design it. No reference here plays the target, so
    that the counts tell nothing."""
    order = np.random.default_rng(child(seed, "halves")).random((models, points)).argsort(axis=0)
    return order < models // 2


def scores(sure: Scores, refs: Scores, inside: Mask) -> dict[str, Scores]:
    """Every variant by name."""
    found = {"LiRA online": lira_online(sure, refs, inside), "LiRA offline": lira_offline(sure, refs, inside)}
    found["RMIA online"] = rmia_online(sure, refs, inside)
    return found | {f"RMIA offline {a:g}": rmia_offline(sure, refs, inside, a) for a in SLOPES}


def lira_online(sure: Scores, refs: Scores, inside: Mask) -> Scores:
    """Carlini et al., S&P 2022, algorithm 1."""
    (mean_in, spread_in), (mean_out, spread_out) = _normal(refs, inside), _normal(refs, ~inside)
    return np.asarray(norm.logpdf(sure, mean_in, spread_in) - norm.logpdf(sure, mean_out, spread_out))


def lira_offline(sure: Scores, refs: Scores, inside: Mask) -> Scores:
    """Carlini et al., S&P 2022, section VI: one minus the chance that a model without the record is as sure."""
    mean, spread = _normal(refs, ~inside)
    return np.asarray(-norm.logsf(sure, mean, spread))


def rmia_online(sure: Scores, refs: Scores, inside: Mask) -> Scores:
    """Zarifzadeh et al., ICML 2024: p(x) is the mean over references with and without the record."""
    p = _probability(refs)
    with_x, without_x = _mean(p, inside), _mean(p, ~inside)
    return _beaten(_probability(sure) / ((with_x + without_x) / 2))


def rmia_offline(sure: Scores, refs: Scores, inside: Mask, a: float) -> Scores:
    """The same, p(x) told from references without the record: ((1 + a)·p_out + 1 − a)/2."""
    out = _mean(_probability(refs), ~inside)
    return _beaten(_probability(sure) / (np.maximum((1 + a) * out + 1 - a, 1e-12) / 2))


def _beaten(ratio: Scores) -> Scores:
    return np.asarray(np.searchsorted(np.sort(ratio), ratio, side="right") / len(ratio))


def _normal(refs: Scores, chosen: Mask) -> tuple[Scores, Scores]:
    mean = _mean(refs, chosen)
    squares = np.where(chosen, (refs - mean) ** 2, 0.0)
    if len(refs) >= 64:
        return mean, np.sqrt(squares.sum(axis=0) / np.maximum(chosen.sum(axis=0) - 1, 1)) + 1e-3
    freedom = np.maximum(chosen.sum(axis=0) - 1, 0).sum()
    return mean, np.full(refs.shape[1], np.sqrt(squares.sum() / max(freedom, 1)) + 1e-3)


def _mean(values: Scores, chosen: Mask) -> Scores:
    """Over the chosen models; where there is none, over all records of that side."""
    count = chosen.sum(axis=0)
    everywhere = values[chosen].mean()
    return np.where(count, np.where(chosen, values, 0).sum(axis=0) / np.maximum(count, 1), everywhere)


def _probability(sure: Scores) -> Scores:
    return np.asarray(1 / (1 + np.exp(-sure)))
