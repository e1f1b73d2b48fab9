"""How much memory one trial takes, in a worker that may have run others before."""

from __future__ import annotations

from pathlib import Path
from resource import RUSAGE_SELF, getrusage

_PEAK_ANEW = "5"  # proc(5), clear_refs: set the peak resident size to what is resident now


class Memory:
    """Reads what the process takes from where it is made. Where the system cannot start its peak anew, the peak is
    that of the worker's whole life and is called so."""

    def __init__(self) -> None:
        try:
            Path("/proc/self/clear_refs").write_text(_PEAK_ANEW, encoding="ascii")
            self._start: int | None = _peak_mib()
        except OSError:
            self._start = None

    def readings(self) -> dict[str, int]:
        """MiB: `peak_mib` during the trial, `peak_growth_mib` over what was there at its start; else
        `worker_peak_mib`."""
        peak = _peak_mib()
        if self._start is None:
            return {"worker_peak_mib": peak}
        return {"peak_mib": peak, "peak_growth_mib": max(peak - self._start, 0)}


def _peak_mib() -> int:
    return getrusage(RUSAGE_SELF).ru_maxrss // 1024
