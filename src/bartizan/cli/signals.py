"""Ctrl-C, a request to end, and a terminal that closes: each interrupts, and says so by the exit code."""

from __future__ import annotations

import signal
import time
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_BURST = 1.0  # seconds; a terminal that closes, or a service that is stopped, sends several signals at once

_heard: list[tuple[int, float]] = []


def listen() -> None:
    """From now on these signals raise `KeyboardInterrupt`; one that was to be ignored (nohup) stays so."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def deafen() -> None:
    """From now on these signals do nothing: what is left to do is done in a moment."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def heard() -> bool:
    """Whether any of these signals came."""
    return bool(_heard)


def exit_code() -> int:
    """128 and the number of the first signal heard: 130 for Ctrl-C, also when none was.

    In a burst that says that the terminal closed, it is that: which of them a thread hears first is chance.
    """
    if not _heard:
        return 128 + signal.SIGINT
    first, began = _heard[0]
    burst = [number for number, at in _heard if at - began < _BURST]
    return 128 + (signal.SIGHUP if signal.SIGHUP in burst else first)


def _interrupt(number: int, _: FrameType | None) -> None:
    now = time.monotonic()
    burst = bool(_heard) and now - _heard[-1][1] < _BURST
    _heard.append((number, now))
    if not burst:
        raise KeyboardInterrupt
