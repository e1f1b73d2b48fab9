"""Which labels are wrong, from probabilities by models that did not see the record. Northcutt et al., JAIR 2021.

p: N×C out-of-fold probabilities; y: N labels as given. Scores are high for labels that are rather wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bartizan.core.data import Labels

Scores = NDArray[np.float64]
LEAST = 1e-12
CLEAR, TAKEN_OFF, STRAY = 2.5, 2.0, 1e-3
FEWEST_PAIRS = 10  # of classes, by which to tell how far they usually lean


def class_thresholds(p: NDArray[Any], y: Labels) -> Scores:
    """t_j, C: the mean probability of class j over the records labelled j; above 1 where there are none."""
    return np.array([p[y == j, j].mean() if (y == j).any() else 2.0 for j in range(p.shape[1])], np.float64)


def confident_joint(p: NDArray[Any], y: Labels) -> NDArray[np.int64]:
    """C×C counts of (label given, label meant): a record is meant as the likeliest of the classes at or above their
    threshold; a record with none is not counted."""
    above = p >= class_thresholds(p, y)
    meant = np.where(above, p, -1.0).argmax(axis=1)
    counted = above.any(axis=1)
    joint = np.zeros((p.shape[1], p.shape[1]), np.int64)
    np.add.at(joint, (y[counted], meant[counted]), 1)
    return joint


def estimated_errors(p: NDArray[Any], y: Labels) -> int:
    """How many labels are wrong, by the confident joint scaled to the number of records of each label."""
    joint = confident_joint(p, y).astype(np.float64)
    given = np.bincount(y, minlength=p.shape[1])
    rows = joint.sum(axis=1)
    scaled = joint * np.where(rows > 0, given / np.maximum(rows, 1), 0.0)[:, None]
    return round(float(scaled.sum() - np.trace(scaled)))


def margin(p: NDArray[Any], y: Labels) -> Scores:
    """log of the likeliest other class over the label's own probability, N."""
    q = np.log(np.maximum(np.asarray(p, np.float64), LEAST))
    own = q[np.arange(len(y)), y]
    others = q.copy()
    others[np.arange(len(y)), y] = -np.inf
    return np.asarray(others.max(axis=1) - own, np.float64)


def doubt(p: NDArray[Any], y: Labels) -> Scores:
    """−log of the label's own probability, N: cleanlab's self-confidence, turned round."""
    return np.asarray(-np.log(np.maximum(np.asarray(p, np.float64)[np.arange(len(y)), y], LEAST)), np.float64)


def one_sided(joint: NDArray[np.int64]) -> NDArray[np.float64]:
    """C×C rates of (label given, label meant) at which labels go one way more often than the other, and clearly so.

    Classes that look alike are mistaken for each other both ways; whoever relabels one class as another goes one way.
    Pairs of classes lean one way by nature, too: what is within 2.5 times the usual lean, or chance, counts as none,
    and of the rest what is beyond twice that.
    """
    counts = joint.astype(np.float64)
    ahead, chance = counts - counts.T, np.sqrt(np.maximum(counts + counts.T, 1))
    usual = chance * _usual_lean(ahead / chance)
    beyond = np.where(ahead > CLEAR * usual, np.maximum(ahead - TAKEN_OFF * usual, 0.0), 0.0)
    return np.asarray(beyond / np.maximum(counts.sum(axis=0), 1), np.float64)


def _usual_lean(lean: NDArray[np.float64]) -> float:
    """In standard deviations of chance, at least 1; of few pairs nothing else is known, since any may be relabelled."""
    pairs = np.abs(lean[np.triu_indices(len(lean), 1)])
    return max(1.0, 1.4826 * float(np.median(pairs))) if len(pairs) >= FEWEST_PAIRS else 1.0


def relabelled(p: NDArray[Any], y: Labels, joint: NDArray[np.int64]) -> Scores:
    """How much likelier than by a stray error the label came from one-sided relabelling, in logarithms, N ≥ 0.

    The chance that a record of what the models say it is was given this label, over a chance of one in a thousand.
    """
    rates = one_sided(joint) + STRAY
    np.fill_diagonal(rates, 0.0)
    came = (np.asarray(p, np.float64) * rates[y]).sum(axis=1)
    return np.asarray(np.maximum(np.log(np.maximum(came, LEAST) / STRAY), 0.0), np.float64)


def neighbours_disagree(near: NDArray[np.int64], y: Labels, classes: int) -> Scores:
    """log of the neighbours' likeliest other label over the own one, N, with one vote for each label added.

    near: N×k labels of the nearest records; y: N labels in question.
    """
    votes = np.ones((len(y), classes))
    np.add.at(votes, (np.repeat(np.arange(len(y)), near.shape[1]), near.ravel()), 1)
    return margin(votes / votes.sum(axis=1, keepdims=True), y)
