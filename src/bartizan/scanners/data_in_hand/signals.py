"""What the pass reads from answers and features, one score a record each: high is suspect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.apart import apart
from bartizan.numerics.foreign import Marks, foreign_marks, looks, weighed
from bartizan.numerics.label_errors import confident_joint, doubt, neighbours_disagree, relabelled
from bartizan.numerics.nearest import nearest
from bartizan.numerics.signatures import spectral, two_clusters

from .crossed import Fold

if TYPE_CHECKING:
    from bartizan.core.data import Array, Labels

NEAR = 10
ONE_SIDED = 0.75  # weight of one-sided relabelling; chosen on records and seeds that are in no table
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Signal:
    """sees, blind: the poisons that this signal can and cannot tell, for whoever reads the result."""

    id: str
    title: str
    sees: str
    blind: str


SIGNALS = (
    Signal(
        "wrong_label",
        "Wrong label",
        "labels flipped at random or class by class, and triggers whose records keep the look of their own class",
        "poison whose labels are right (clean-label), and flips between classes that nobody can tell apart",
    ),
    Signal(
        "spectral",
        "Spectral signature",
        "one trigger with one wrong label, where such records make up a tenth to a third of the class named",
        "right labels (clean-label), poison spread over classes, and small shares of classes that vary much",
    ),
    Signal(
        "cluster",
        "Activation cluster",
        "the same triggers, as a part of the class that stands apart; a little less of them",
        "what the spectral signature is blind to, and classes that have several kinds by nature",
    ),
    Signal(
        "outlier",
        "Outlier",
        "records that lie far from all others of any class: broken, foreign or heavily altered ones",
        "poison that lies among clean records, and many altered records alike, which are each other's neighbours",
    ),
    Signal(
        "foreign_mark",
        "Foreign mark",
        "a trigger with one wrong label: records that look like other classes and share a mark by which the model "
        "takes them for the class named, from about a hundredth of the data on",
        "right labels (clean-label), whose records look like their class, and poison that the model has not learnt",
    ),
)


def scores_of(
    found: Sequence[Fold], x: Array, y: Labels, trusted_y: Labels, classes: int, seed: int
) -> dict[str, tuple[Scores, Scores]]:
    """Each signal's scores of the records (N) and of the trusted ones (T), the mean over the repeats.

    x: the records and then the trusted ones, (N+T)×…; y, trusted_y: their labels.

    A record is scored by the models that left it out, against the records they were trained on; a trusted one in the
    same way, so that the two can be told apart by nothing but what they are.
    """
    n, both = len(y), np.concatenate([y, trusted_y])
    total = {s.id: np.zeros(len(both)) for s in SIGNALS}
    p = np.zeros((len(both), classes))
    times = np.zeros(len(both))
    spreads = []
    for fold in found:
        rows = np.concatenate([fold.left_out, n + fold.clean])
        marks = _marks(fold, x[fold.trained_on])
        spreads.append(marks.spreads)
        for name, scores in _of_fold(fold, marks, both[rows], classes, seed).items():
            total[name][rows] += scores
        p[rows] += fold.p[:, :classes]
        times[rows] += 1
    mean = {name: scores / np.maximum(times, 1) for name, scores in total.items()}
    p /= np.maximum(times, 1)[:, None]
    mean["wrong_label"] += ONE_SIDED * relabelled(p, both, confident_joint(p, both))
    mean["foreign_mark"] = weighed(mean["foreign_mark"], both, spreads)
    return {name: (scores[:n], scores[n:]) for name, scores in mean.items()}


def _marks(fold: Fold, known: Array) -> Marks:
    """known: the records the fold's model was trained on."""
    return foreign_marks(fold.known, fold.labels, looks(known, fold.labels)(known, fold.labels))


def _of_fold(fold: Fold, marks: Marks, y: Labels, classes: int, seed: int) -> dict[str, Scores]:
    """y: labels of the records the fold is asked about."""
    rows, distances = nearest(fold.features, NEAR, fold.known)
    said = neighbours_disagree(fold.labels[rows], y, classes)
    scale = max(float(fold.known.std()), 1e-12)
    learnt = apart(fold.known, fold.labels)
    return {
        "wrong_label": doubt(fold.p, y) + said,
        "foreign_mark": marks.place(fold.features, y),
        "spectral": spectral(learnt)(fold.features, y),
        "cluster": two_clusters(learnt, fold.known, fold.labels, seed)(fold.features, y),
        "outlier": np.log(np.maximum(distances.mean(axis=1) / scale, 1e-12)),
    }


def out_of_fold(found: Sequence[Fold], n: int) -> NDArray[np.float64]:
    """N×C probabilities, the mean over the repeats."""
    p = np.zeros((n, found[0].p.shape[1]))
    times = np.zeros(n)
    for fold in found:
        p[fold.left_out] += fold.p[: len(fold.left_out)]
        times[fold.left_out] += 1
    return np.asarray(p / times[:, None], np.float64)
