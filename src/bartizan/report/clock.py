"""What treatments cost in time and memory, told by clocks: one untreated reading for all, with its spread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from bartizan.report.numbers import quantity

PARTS = ("p50", "p95")


@dataclass(frozen=True)
class Reading:
    """A latency in seconds and how far its readings spread. A single reading has no spread and decides nothing."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        spread = f" ({_ms(self.low)} to {_ms(self.high)})" if self.low < self.high else ""
        return f"{_ms(self.value)} ms{spread}"


def baseline(readings: Iterable[Mapping[str, Any]]) -> dict[str, Reading]:
    """The untreated model, read once beside each treatment: the median of these readings and all they span."""
    before = [r for one in readings if (r := one.get("latency_before"))]
    found = {p: [_reading(r, p) for r in before if p in r] for p in PARTS}
    return {
        p: Reading(median(r.value for r in rs), min(r.low for r in rs), max(r.high for r in rs))
        for p, rs in found.items()
        if rs
    }


def clock_rows(readings: Mapping[str, Any], base: Mapping[str, Reading]) -> list[dict[str, str]]:
    """Rows of the cost table: training, memory, and latency against the shared baseline."""
    return [*_fitting(readings), *_latency(readings.get("latency_after") or {}, base)]


def _fitting(readings: Mapping[str, Any]) -> list[dict[str, str]]:
    rows = []
    if "training_cpu_seconds" in readings:
        rows.append(
            _row("training time of the treatment", "", f"{quantity(readings['training_cpu_seconds'])} s", "on one core")
        )
    if "process_peak_mib" in readings:
        peak = f"{quantity(readings['process_peak_mib'])} MiB"
        rows.append(_row("peak memory of the process that fitted and measured it", "", peak, ""))
    return rows


def _latency(after: Mapping[str, float], base: Mapping[str, Reading]) -> list[dict[str, str]]:
    return [
        _row(f"latency {p} (one machine)", str(base[p]), str(now := _reading(after, p)), _change(base[p], now))
        for p in PARTS
        if p in after and p in base
    ]


def _change(before: Reading, after: Reading) -> str:
    """A difference only where the spreads do not overlap: what differs by less is the machine, not the treatment."""
    if after.low <= before.high and before.low <= after.high:
        return "no clear change"
    return f"{1000 * (after.value - before.value):+.2g} ms".replace("-", "−")


def _reading(found: Mapping[str, float], part: str) -> Reading:
    value = found[part]
    return Reading(value, found.get(f"{part}_low", value), found.get(f"{part}_high", value))


def _ms(seconds: float) -> str:
    return quantity(float(f"{1000 * seconds:.2g}"))


def _row(name: str, before: str, after: str, change: str) -> dict[str, str]:
    return {"name": name, "before": before, "after": after, "change": change}
