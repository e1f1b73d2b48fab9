"""python -m training_time.tables, from the folder `benchmarks`: the rows of results/training_time.json as tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from . import data_table, dose_table, files_table, model_scan, own_students, prevention_table, repairs_table
from .rows import RESULTS

Write = Callable[[list[dict[str, Any]]], Iterator[str]]
SECTIONS: dict[str, tuple[Write, str]] = {
    "Files": (files_table.lines, "files"),
    "Data in hand": (data_table.lines, "data"),
    "Models in hand": (model_scan.lines, "scan"),
    "Models in hand, beside their own students": (own_students.lines, "students"),
    "How much poison": (dose_table.lines, "dose"),
    "Repairs": (repairs_table.lines, "repair"),
    "Trained again on what is poisoned": (prevention_table.lines, "prevent"),
}
HEAD = """# Attacks of the development phase

Made by `make bench-training-time`; all rows with settings, seeds, versions and machine are in training_time.json."""


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
