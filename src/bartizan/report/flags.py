"""What the flags mean: the page docs/flags.md, which a report that travels alone cannot reach."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
PAGES = (HERE / "flags.md", HERE.parents[2] / "docs" / "flags.md")  # as installed, and as checked out


def meaning(id: str) -> tuple[str, str] | None:
    """Why a flag is raised and what to do about it, each in plain text; None for a flag the page does not know."""
    return _sections().get(id)


@cache
def _sections() -> dict[str, tuple[str, str]]:
    page = next((p.read_text(encoding="utf-8") for p in PAGES if p.is_file()), "")
    parts = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    return {part.split("\n", 1)[0].strip(): (_said(part, "Raised"), _said(part, "What to do")) for part in parts}


def _said(part: str, start: str) -> str:
    """The paragraph that begins with `start` in bold, as plain text."""
    found = re.search(rf"\*\*{start}.*?(?:\n\n|\Z)", part, flags=re.DOTALL)
    return " ".join(re.sub(r"[`*]", "", found[0]).split()) if found else ""
