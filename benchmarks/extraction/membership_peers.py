"""LiRA and RMIA as their papers have them, written apart from ours, given the answers of the same kind of references.

Each takes the target's true-class logits (log-odds, N), the references' (K×N) and which of them saw which record (K×N).
LiRA has one variance for each side over all records, as the paper advises below 64 references; from 64 on its own for
each record. RMIA compares with all other records of the pool as population; γ = 1, which orders records as any γ does
where so many are compared with. Its offline slope a is chosen by hindsight from `SLOPES`, which can only help it.

The code that LiRA's authors published does otherwise than their paper says: medians for means, the spread of each
record or one of all answers together, and offline the density. It is here too, where every record is in as many
references as any other, which it takes for granted. `python -m extraction baselines` holds all this against theirs.
"""

from __future__ import annotations

from itertools import product

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
    if len(np.unique(inside.sum(axis=0))) == 1:
        for online, fixed in product((True, False), repeat=2):
            found[published_name(online, fixed)] = lira_published(sure, refs, inside, online=online, fixed=fixed)
    return found | {f"RMIA offline {a:g}": rmia_offline(sure, refs, inside, a) for a in SLOPES}


def lira_online(sure: Scores, refs: Scores, inside: Mask) -> Scores:
    """Carlini et al., S&P 2022, algorithm 1."""
    (mean_in, spread_in), (mean_out, spread_out) = _normal(refs, inside), _normal(refs, ~inside)
    return np.asarray(norm.logpdf(sure, mean_in, spread_in) - norm.logpdf(sure, mean_out, spread_out))


def lira_offline(sure: Scores, refs: Scores, inside: Mask) -> Scores:
    """Carlini et al., S&P 2022, section VI: one minus the chance that a model without the record is as sure."""
    mean, spread = _normal(refs, ~inside)
    return np.asarray(-norm.logsf(sure, mean, spread))


def lira_published(sure: Scores, refs: Scores, inside: Mask, *, online: bool, fixed: bool) -> Scores:
    """As research/mi_lira_2021/plot.py has it. fixed: one spread, that of all answers of references that saw the record
    they are about (offline: that did not), for both sides and all records. As many references must have seen each
    record. Higher for members."""
    seen, unseen = _side(refs, inside), _side(refs, ~inside)
    tiny = 1e-30
    spread_out = np.full(len(sure), unseen.std()) if fixed else unseen.std(axis=0)
    if not online:
        return np.asarray(-norm.logpdf(sure, np.median(unseen, axis=0), spread_out + tiny))
    spread_in = np.full(len(sure), seen.std()) if fixed else seen.std(axis=0)
    spread_out = spread_in if fixed else spread_out
    with_x = norm.logpdf(sure, np.median(seen, axis=0), spread_in + tiny)
    return np.asarray(with_x - norm.logpdf(sure, np.median(unseen, axis=0), spread_out + tiny))


def published_name(online: bool, fixed: bool) -> str:
    """Of a variant in the tables."""
    return f"LiRA {'online' if online else 'offline'}, published code{', one spread' if fixed else ''}"


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


def _side(refs: Scores, chosen: Mask) -> Scores:
    """The answers of the chosen models, as many for each record: n×N."""
    order = np.argsort(~chosen, axis=0, kind="stable")[: int(chosen[:, 0].sum())]
    return np.take_along_axis(refs, order, axis=0)


def _mean(values: Scores, chosen: Mask) -> Scores:
    """Over the chosen models; where there is none, over all records of that side."""
    count = chosen.sum(axis=0)
    everywhere = values[chosen].mean()
    return np.where(count, np.where(chosen, values, 0).sum(axis=0) / np.maximum(count, 1), everywhere)


def _probability(sure: Scores) -> Scores:
    return np.asarray(1 / (1 + np.exp(-sure)))
