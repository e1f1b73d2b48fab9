"""The referee's own pass over training data: other folds, other models, and a few labels flipped on purpose.

What it plants tells what such a pass finds here; what it flags of the rest is the measurement, and what the scanner
flagged is held against it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.data import Roles
from bartizan.core.profile import NotApplicable
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.seeds import child

from .data_in_hand.apart import clean_apart

if TYPE_CHECKING:
    from .data_in_hand import Suspects

PLANTED, FEWEST = 0.01, 20
RATE, FOLDS = 0.01, 5
CHOSEN = "wrong_label"  # the signal whose excess is judged; the others are told beside it


def second_pass(roles: Roles, artifact: Artifact, seed: int) -> Measured:
    """`suspect_excess` over the records that nothing was done to, `planted_found` over those with a flipped label, and
    `suspects` by each signal. Raises `NotApplicable` where no records are known to be clean."""
    from .data_in_hand import suspects

    data = roles.writable
    trusted = clean_apart(data, roles.probe, roles.auxiliary)
    if trusted is None:
        raise NotApplicable(
            "fewer than 100 test records are apart from the training data, so no alarm can be calibrated"
        )
    rng = np.random.default_rng(child(seed, "planted"))
    rows = np.sort(rng.choice(len(data), max(FEWEST, round(PLANTED * len(data))), replace=False))
    classes = int(data.y.max()) + 1
    y = data.y.copy()
    y[rows] = (y[rows] + rng.integers(1, classes, len(rows))) % classes
    smallest = int(np.bincount(y, minlength=classes)[np.unique(y)].min())
    folds = max(2, min(FOLDS, smallest))
    found = suspects(data.x, y, trusted=trusted, rate=RATE, folds=folds, seed=child(seed, "second pass"))
    planted = np.zeros(len(data), np.bool_)
    planted[rows] = True
    reached = np.zeros(len(data), np.bool_)
    reached[found.alarms[CHOSEN].flagged] = True
    kept = {n: a for n, a in artifact.arrays.items() if n.startswith(("suspect_", "example_suspect"))}
    return Measured(
        measurements=(
            _excess(found, reached[~planted], len(trusted[1])),
            _share("planted_found", int(reached[planted].sum()), len(rows)),
            *(_by_signal(found, planted, name) for name in found.scores),
            *_claimed(artifact, len(data)),
        ),
        arrays={"reached": reached[~planted], **kept},
        flags=tuple(_disputes(artifact, reached, planted)),
    )


def _excess(found: Suspects, reached: NDArray[np.bool_], trusted: int) -> Measurement:
    """The share flagged less the alarm rate. The interval adds up what is open about both."""
    from .data_in_hand.alarms import rate_bounds

    k, n = int(reached.sum()), len(reached)
    low, high = clopper_pearson(k, n)
    below, above = rate_bounds(trusted, RATE)
    value = max(k / n - RATE, 0.0)
    return Measurement(
        estimand="suspect_excess",
        unit="training record",
        n=n,
        method=f"Clopper-Pearson less the conformal alarm rate by {trusted} clean records, 95 % each",
        value=value,
        low=min(max(low - above, 0.0), value),
        high=max(high - below, value),
        at={"signal": CHOSEN, "rate": RATE, "flagged": k},
    )


def _by_signal(found: Suspects, planted: NDArray[np.bool_], name: str) -> Measurement:
    flagged = found.alarms[name].flagged
    return _share("suspects", int((~planted[flagged]).sum()), int((~planted).sum()), signal=name, rate=RATE)


def _claimed(artifact: Artifact, n: int) -> list[Measurement]:
    """Equal and nearly equal records as the scanner counted them: shown, and judged by nobody."""
    names = ("wrong_labels", "equal_records", "contradicting_records", "near_duplicates")
    told = {name: artifact.claims.get(name) for name in names}
    return [
        _share("told_by_scanner", min(int(k), n), n, what=name)
        for name, k in told.items()
        if isinstance(k, int) and k >= 0
    ]


def _share(estimand: str, k: int, n: int, **at: Any) -> Measurement:
    low, high = clopper_pearson(k, n)
    return Measurement(
        estimand=estimand, unit="training record", n=n, method="Clopper-Pearson", value=k / n, low=low, high=high, at=at
    )


def _disputes(artifact: Artifact, reached: NDArray[np.bool_], planted: NDArray[np.bool_]) -> list[Flag]:
    """Where the scanner's flags and the referee's have little in common, neither is a list to act on."""
    from .data_in_hand.signals import SIGNALS

    told = np.asarray(artifact.arrays.get("flagged", np.zeros(0)), np.bool_)
    if told.shape != (len(SIGNALS), len(reached)):
        return [Flag(id="verdict_missing", detail="the scanner does not say which of the records it flags")]
    own = [s.id for s in SIGNALS].index(CHOSEN)
    mine, theirs = reached & ~planted, told[own] & ~planted
    either, both = int((mine | theirs).sum()), int((mine & theirs).sum())
    if either >= FEWEST and both < either / 3:
        text = (
            f"two passes flag {int(theirs.sum())} and {int(mine.sum())} records, and only {both} of them are the same"
        )
        return [Flag(id="verdict_disputed", detail=text)]
    return []
