"""The command line. Every command is a thin shell: it reads, calls, prints, and picks the exit code.

Exit codes: 0 pass · 1 gate failed · 2 usage or configuration · 3 inconclusive · 4 target unreachable ·
70 a fault of ours · 129, 130, 143 interrupted (terminal closed, Ctrl-C, told to end). This module imports next to
nothing, so that an interruption is heard from the start.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from bartizan.core.errors import BartizanError

from . import signals

FAULT = 70  # EX_SOFTWARE of sysexits.h; 1 would say that a gate failed


def run() -> None:
    """Entry point of the console script: errors become one sentence and an exit code, never a traceback."""
    signals.listen()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    code = main(sys.argv[1:])
    signals.deafen()
    sys.exit(code)


def main(arguments: list[str]) -> int:
    """Run the command line with `arguments`; the exit code."""
    try:
        from .commands import call

        return call(arguments)
    except KeyboardInterrupt:
        return _interrupted()
    except BartizanError as error:
        _say(str(error))
        return error.exit_code
    except Exception as error:
        # what a library makes of an interruption is its own affair: pydantic raises a SchemaError from it
        return _interrupted() if signals.heard() else _bug(error)


def _say(sentence: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        sys.stderr.write(sentence + "\n")
        sys.stderr.flush()


def _interrupted() -> int:
    _say("interrupted; what was measured is kept, and the same command continues")
    return signals.exit_code()


def _bug(error: Exception) -> int:
    """An error nobody foresaw: one sentence for the person, the traceback in a file for whoever mends it."""
    from tempfile import NamedTemporaryFile
    from traceback import format_exception

    with NamedTemporaryFile("w", prefix="bartizan-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write("".join(format_exception(error)))
    said = f"{type(error).__name__}: {error}"
    _say(f"this is a fault in Bartizan, not in what you gave it: {said} (details: {file.name})")
    return FAULT


if __name__ == "__main__":
    run()
