"""The job `stealing`: every part gives keys of rows and what measures them; a row is written as soon as it is there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import torch

from .rows import record

PARTS = ("stealing_copies", "structure", "stealing_settings", "stealing_streams", "stealing_ownership")


def run(*, runs: int = 3, only: str = "", device: str = "cpu", steps: int = 2000) -> None:
    """Measure all rows with `only` in their name or in that of their attack."""
    torch.set_num_threads(1)
    for key, measure in _rows(runs, device, steps):
        if only not in " ".join(str(v) for v in key.values()):
            continue
        began = time.perf_counter()
        values = measure()
        record("stealing", key, {**values, "seconds": round(time.perf_counter() - began, 1), "device": device})


def _rows(runs: int, device: str, steps: int) -> Iterator[tuple[dict[str, Any], Any]]:
    for part in PARTS:
        yield from import_module(f"extraction.{part}").rows(runs, device, steps)
