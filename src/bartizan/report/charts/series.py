"""Several attacks on one drawing: the strongest drawn firm, the others behind it, each with its own dash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from bartizan.report.charts.svg import tag

DASHES = 4


@dataclass(frozen=True)
class Series:
    """What one attack reached: `reached` bool, and `values` (tries, or sizes), one entry for each unit attacked."""

    name: str
    values: NDArray[np.float64]
    reached: NDArray[np.bool_]

    @property
    def share(self) -> float:
        """The share reached."""
        return float(self.reached.mean()) if len(self.reached) else 0.0


def strongest_first(series: Sequence[Series], most: int = DASHES) -> list[Series]:
    """At most `most` series, the one with the largest share reached first."""
    return sorted(series, key=lambda s: (-s.share, s.name))[:most]


def legend(names: Sequence[str]) -> Markup:
    """Names beside a sample of their line; empty for a single one, which the caption names."""
    if len(names) < 2:
        return Markup("")
    return tag("ul", *(_entry(i, name) for i, name in enumerate(names)), class_="legend")


def _entry(i: int, name: str) -> Markup:
    sample = tag("line", x1=0, y1=5, x2=22, y2=5, class_=f"series s{i}")
    return tag("li", tag("svg", sample, viewBox="0 0 22 10", width=22, height=10, aria_hidden="true"), name)
