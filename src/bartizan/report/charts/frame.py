"""The axes most drawings stand on."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from bartizan.report.charts.scale import Scale
from bartizan.report.charts.svg import Child, drawing, line, text
from bartizan.report.numbers import percent, short

WIDTH, HEIGHT = 300.0, 205.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 12.0, 12.0, 38.0


@dataclass(frozen=True)
class Frame:
    """A plot area with an x axis named `x_name` and a y axis of shares (or of plain numbers)."""

    x: Scale
    y: Scale
    x_name: str
    shares: bool = True
    x_shares: bool = False
    width: float = WIDTH
    height: float = HEIGHT

    @classmethod
    def of_shares(
        cls, low: float, high: float, x_name: str, *, log: bool = False, width: float = WIDTH, height: float = HEIGHT
    ) -> Frame:
        """A frame whose y axis runs from 0 to 100 %."""
        return cls(
            Scale(low, high, LEFT, width - RIGHT, log),
            Scale(0.0, 1.0, height - BOTTOM, TOP),
            x_name,
            width=width,
            height=height,
        )

    def draw(self, label: str, *marks: Child) -> Markup:
        """The drawing: grid first, then marks."""
        return drawing(self.width, self.height, label, *self._horizontal(), *self._vertical(), *marks)

    def vertical(self, value: float, class_: str, name: str = "") -> list[Markup]:
        """A line across the plot at x = `value`, with a name at its top."""
        x = self.x(value)
        room = x < self.width - 70
        note = text(x + 3 if room else x - 3, TOP + 8, name, "note", "start" if room else "end")
        return [line(x, TOP, x, self.height - BOTTOM, class_), *([note] if name else [])]

    def _horizontal(self) -> list[Markup]:
        marks = []
        for value in self.y.ticks(4 if self.shares else 5):
            y = self.y(value)
            marks.append(line(LEFT, y, self.width - RIGHT, y, "grid"))
            marks.append(
                text(LEFT - 5, y + 3.5, percent(round(value, 9)) if self.shares else short(value), "tick", "end")
            )
        return marks

    def _vertical(self) -> list[Markup]:
        base = self.height - BOTTOM
        marks = [line(LEFT, base, self.width - RIGHT, base, "axis")]
        for value in self.x.ticks():
            x = self.x(value)
            marks.append(line(x, base, x, base + 3, "axis"))
            said = percent(value) if self.x_shares else short(value)
            anchor = "end" if self.x_shares and x > self.width - RIGHT - 1 else "middle"
            marks.append(text(x + (RIGHT if anchor == "end" else 0), base + 14, said, "tick", anchor))
        middle = (LEFT + self.width - RIGHT) / 2
        return [*marks, text(middle, self.height - 6, self.x_name, "axis-name", "middle")]
