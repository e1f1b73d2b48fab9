"""The report: one HTML file that opens from disk and needs neither a network nor a script."""

from __future__ import annotations

import inspect
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section
from bartizan.core.plugins import plugins
from bartizan.report import numbers, wording
from bartizan.report.anchors import anchor
from bartizan.report.redact import redacted, sensitive_data

HERE = Path(__file__).parent


def render(assessment: Assessment, arrays: ArrayReader, *, show_personal: bool = False) -> str:
    """The whole report as HTML. Pure: equal arguments give equal text.

    Where the description marks data as personal or secret, examples are left out unless `show_personal`.
    """
    # Mappings keep the order they were made in, files do not: the page must be the same from either.
    assessment = Assessment.from_json(assessment.to_json())
    withheld = () if show_personal else sensitive_data(assessment)
    reader = redacted(arrays) if withheld else arrays
    parts = [part for section in sections() if (part := _part(section, assessment, reader)) is not None]
    page = _environment().get_template("page.html.j2")
    return page.render(assessment=assessment, parts=parts, style=Markup(_style()), withheld=withheld)


def sections() -> list[type[Section]]:
    """Every section, in the order of the report."""
    found = [cls for cls in plugins("sections").values() if issubclass(cls, Section)]
    return sorted(found, key=lambda cls: (cls.spec.order, cls.spec.id))


def _part(cls: type[Section], assessment: Assessment, arrays: ArrayReader) -> dict[str, Any] | None:
    context = cls().context(assessment, arrays)
    if context is None:
        return None
    return {"spec": cls.spec, "body": Markup(_template(cls).render(context))}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = (wording.plain, wording.capital, wording.access, wording.unit, numbers.percent, numbers.quantity)
    environment.filters.update({f.__name__: f for f in (*words, numbers.points, anchor)})
    environment.globals["meaning"] = {str(v): text for v, text in wording.MEANING.items()}
    return environment


@cache
def _template(cls: type[Section]) -> Template:
    """The template beside the section's module; so a plugin of another distribution brings its own."""
    path = Path(inspect.getfile(cls)).with_suffix(".html.j2")
    return _environment().from_string(path.read_text(encoding="utf-8"))


@cache
def _style() -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in sorted((HERE / "style").glob("*.css")))
