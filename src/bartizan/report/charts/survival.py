"""How many tries: the share broken against the number of tries, with its band and the end of the budget."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bartizan.numerics.survival import Curve, kaplan_meier
from bartizan.report.charts.frame import Frame
from bartizan.report.charts.series import Series
from bartizan.report.charts.svg import path
from bartizan.report.numbers import percent, quantity


def tries_curve(series: Sequence[Series], unit: str, budget: float) -> Markup:
    """Kaplan–Meier curves, upside down: they climb as the adversary succeeds. The band belongs to the first series."""
    curves = [kaplan_meier(s.values, s.reached) for s in series]
    end = max(budget, *(c.censored_at for c in curves), 1.0)
    log = end > 50
    frame = Frame.of_shares(1.0 if log else 0.0, end * (1.12 if log else 1.02), f"tries ({unit})", log=log)
    marks = [_band(frame, curves[0]), *frame.vertical(end, "budget", "budget")]
    marks += [_steps(frame, c, f"series s{i}") for i, c in reversed(list(enumerate(curves)))]
    return frame.draw(_words(series[0], unit, end), *marks)


def _corners(
    frame: Frame, tries: Sequence[float], shares: Sequence[float], start: float, end: float
) -> list[tuple[float, float]]:
    points, last = [(frame.x(frame.x.low), frame.y(start))], start
    for t, share in zip(tries, shares, strict=True):
        points += [(frame.x(t), frame.y(last)), (frame.x(t), frame.y(share))]
        last = share
    return [*points, (frame.x(end), frame.y(last))]


def _steps(frame: Frame, curve: Curve, class_: str) -> Markup:
    return path(_corners(frame, list(curve.tries), list(1 - curve.standing), 0.0, curve.censored_at), class_)


def _band(frame: Frame, curve: Curve) -> Markup:
    upper = _corners(frame, list(curve.tries), list(1 - curve.low), 1 - curve.start[0], curve.censored_at)
    lower = _corners(frame, list(curve.tries), list(1 - curve.high), 1 - curve.start[1], curve.censored_at)
    return path([*upper, *reversed(lower)], "band", closed=True)


def _words(series: Series, unit: str, end: float) -> str:
    return f"{series.name}: {percent(series.share)} broken within {quantity(end)} {unit}"
