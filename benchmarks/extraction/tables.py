"""python -m extraction.tables, from the folder `benchmarks`: the rows of results/extraction.json as tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from . import baselines_table, leaks_table, membership_table, stealing_table
from .rows import RESULTS

Write = Callable[[list[dict[str, Any]]], Iterator[str]]
SECTIONS: dict[str, tuple[Write, str]] = {
    "Membership": (membership_table.lines, "membership"),
    "Baselines": (baselines_table.lines, "baselines"),
    **{head: (write, "stealing") for head, write in stealing_table.SECTIONS.items()},
    "Audits of differential privacy": (leaks_table.audit, "audit"),
    "Data given away": (leaks_table.leaks, "leaks"),
    "Defences": (leaks_table.defences, "leaks"),
}
HEAD = """# Exploitative attacks: ours beside the peers

Made by `make bench-extraction`; all rows with their settings, seeds, versions and machine are in extraction.json."""


def main() -> None:
    """Write the page and print it."""
    rows = json.loads(RESULTS.read_text())["rows"]
    jobs = {r["job"] for r in rows}
    written = {head: "\n".join(write(rows)).rstrip("\n") for head, (write, job) in SECTIONS.items() if job in jobs}
    page = "\n\n".join([HEAD, *(f"## {head}\n\n{text}" for head, text in written.items() if text)]) + "\n"
    RESULTS.with_suffix(".md").write_text(page)
    print(page)


if __name__ == "__main__":
    main()
