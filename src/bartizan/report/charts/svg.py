"""SVG elements as escaped text."""

from __future__ import annotations

from markupsafe import Markup, escape

Child = str | Markup
NOTHING = Markup("")


def number(value: float) -> str:
    """A coordinate with at most two decimals, the same text for the same value."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def tag(name: str, *children: Child, **attributes: str | float | None) -> Markup:
    """One element. `class_` becomes class, `stroke_width` becomes stroke-width; None leaves an attribute out."""
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        text = value if isinstance(value, str) else number(value)
        parts.append(f'{key.rstrip("_").replace("_", "-")}="{escape(text)}"')
    inside = "".join(escape(c) for c in children)
    return Markup(f"<{' '.join(parts)}>{inside}</{name}>")


def drawing(width: float, height: float, label: str, *children: Child, class_: str = "chart") -> Markup:
    """A whole drawing that scales with its column. `label` says in words what it shows."""
    return tag(
        "svg",
        tag("title", label),
        *children,
        class_=class_,
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_label=label,
    )


def text(x: float, y: float, content: str, class_: str = "", anchor: str = "start") -> Markup:
    """One line of text."""
    return tag("text", content, x=x, y=y, class_=class_ or None, text_anchor=None if anchor == "start" else anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """One straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str, **more: str | float | None) -> Markup:
    """One rectangle; a negative extent counts as 0."""
    return tag("rect", x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), class_=class_, **more)


def path(points: list[tuple[float, float]], class_: str, *, closed: bool = False) -> Markup:
    """A path through points."""
    if not points:
        return Markup("")
    steps = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return tag("path", d=f"M{steps}{'Z' if closed else ''}", class_=class_)
