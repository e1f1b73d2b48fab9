"""Membership: true positives against false positives, both on logarithmic axes."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from bartizan.report.charts.frame import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Frame
from bartizan.report.charts.scale import Scale
from bartizan.report.charts.svg import path

LEAST = 1e-4


def log_roc(fpr: NDArray[np.generic], tpr: NDArray[np.generic], at_fpr: float | None = None) -> Markup:
    """The curve, the diagonal of guessing, and the false-positive rate the finding speaks of."""
    x_all, y_all = np.asarray(fpr, np.float64), np.asarray(tpr, np.float64)
    seen = x_all[x_all > 0]
    low = max(LEAST, 10.0 ** np.floor(np.log10(seen.min()))) if len(seen) else 1e-2
    x, y = Scale(low, 1.0, LEFT, WIDTH - RIGHT, True), Scale(low, 1.0, HEIGHT - BOTTOM, TOP, True)
    frame = Frame(x, y, "members wrongly named (false positives)", x_shares=True)
    order = np.lexsort((y_all, x_all))
    points = [(x(a), y(b)) for a, b in zip(x_all[order], y_all[order], strict=True) if a >= low]
    marks = [path([(x(low), y(low)), (x(1.0), y(1.0))], "guess"), path(points, "series s0")]
    if at_fpr:
        marks += frame.vertical(at_fpr, "budget", "judged here")
    return frame.draw("Members found against members wrongly named, on logarithmic axes", *marks)
