"""Numbers the way a person reads them."""

from __future__ import annotations

import math

THIN = "\u202f"


def percent(share: float) -> str:
    """A share of 1 as per cent, with as many digits as matter: `41 %`, `4.1 %`, `0.12 %`. Only 0 is called 0 %, and
    only 1 is called 100 %."""
    value = 100 * share
    size = abs(value)
    if 0 < size < 0.005:
        return f"<{THIN}0.01{THIN}%"
    if 99.995 <= size < 100:
        return f">{THIN}99.99{THIN}%"
    rest = min(size, abs(100 - size))
    text = f"{value:.{0 if rest >= 10 or 10 <= size <= 99 else 1 if rest >= 0.95 else 2}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text.replace('-', '−')}{THIN}%"


def points(difference: float) -> str:
    """A difference of shares in percentage points, always with its sign."""
    value = 100 * difference
    text = f"{abs(value):.1f}"
    sign = "±" if float(text) == 0 else "+" if value > 0 else "−"
    return f"{sign}{text}{THIN}points"


def chance(p: float) -> str:
    """A p-value: `p = 0.031`, `p < 0.0001`."""
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.2g}"


def quantity(value: float) -> str:
    """Three significant digits, thousands set apart: `12 000`, `0.0353`."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}".replace(",", THIN)
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", THIN)
    return f"{value:.3g}".replace("-", "−", 1) if "e" not in f"{value:.3g}" else f"{value:.2g}"


def short(value: float) -> str:
    """For axes: `10k`, `0.05`."""
    if abs(value) >= 1_000_000:
        return f"{value / 1_000_000:g}M"
    if abs(value) >= 1000:
        return f"{value / 1000:g}k"
    return f"{value:g}".replace("-", "−")
