"""The text of a lock file, no more of it than a lock file can need."""

from __future__ import annotations

from pathlib import Path

from bartizan.core.errors import UsageError
from bartizan.formats.bounded import regular_file

LIMIT = 64 << 20  # bytes; the largest lock files seen are a few megabytes


def text_of(path: Path, what: str) -> str:
    """UTF-8 text. Raises `UsageError` when the file is not there, is too large, or is no text."""
    regular_file(path, what, UsageError, remedy="correct its path")
    with path.open("rb") as stream:
        raw = stream.read(LIMIT + 1)
    if len(raw) > LIMIT:
        raise UsageError(f"{what} {path} is larger than {LIMIT >> 20} MiB, which no such file is; name the right one")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{what} {path} is no UTF-8 text (byte {error.start}); save it as UTF-8") from None
