"""How small a change: the share broken against the size of the change, as far as the data go."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from bartizan.report.charts.frame import Frame
from bartizan.report.charts.series import Series
from bartizan.report.charts.svg import path, tag
from bartizan.report.numbers import percent, quantity

MARKED = (0.1, 0.5, 0.9)


def size_curve(series: Sequence[Series], unit: str, eps: float | None = None) -> Markup:
    """Success against size. Dots mark the sizes at which 10, 50 and 90 % of all examples have fallen."""
    most = max((float(_sizes(s).max(initial=0.0)) for s in series), default=0.0)
    end = max(most, eps or 0.0) or 1.0
    frame = Frame.of_shares(0.0, end * 1.05, f"size of the change ({unit})" if unit else "size of the change")
    marks = frame.vertical(eps, "budget", "ε tested") if eps else []
    marks += [path(_corners(frame, s, end), f"series s{i}") for i, s in reversed(list(enumerate(series)))]
    return frame.draw(_words(series[0], unit, end), *marks, *_dots(frame, series[0]))


def _sizes(series: Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """All sizes that broke an example, beyond the stated size too, in order."""
    return np.sort(series.values[np.isfinite(series.values)])


def _corners(frame: Frame, series: Series, end: float) -> list[tuple[float, float]]:
    n, points, share = len(series.values), [(frame.x(0.0), frame.y(0.0))], 0.0
    for i, size in enumerate(_sizes(series)):
        points += [(frame.x(size), frame.y(share)), (frame.x(size), frame.y((i + 1) / n))]
        share = (i + 1) / n
    return [*points, (frame.x(end), frame.y(share))]


def _dots(frame: Frame, series: Series) -> list[Markup]:
    """The quantiles that the answer in words gives, by the same rule; none where an example was never broken."""
    if not len(series.values):
        return []
    at = np.quantile(series.values, MARKED, method="higher")
    return [
        tag("circle", cx=frame.x(size), cy=frame.y(share), r=3.2, class_="dot")
        for size, share in zip(at, MARKED, strict=True)
        if np.isfinite(size)
    ]


def _words(series: Series, unit: str, end: float) -> str:
    share = len(_sizes(series)) / max(len(series.values), 1)
    return f"{series.name}: {percent(share)} broken by changes of up to {quantity(end)} {unit}".rstrip()
