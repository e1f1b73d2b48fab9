"""Names of places within the report."""

from __future__ import annotations

import re


def anchor(id: str) -> str:
    """A name fit for `id` and `#` in HTML: `E2@reader/api` → `at-E2-reader-api`."""
    return "at-" + re.sub(r"[^A-Za-z0-9]+", "-", id).strip("-")
