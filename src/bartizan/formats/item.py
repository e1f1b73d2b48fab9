"""One thing to be judged: a file, or a member of an archive. It is read in bounded pieces, as often as needed."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

WHOLE_LIMIT = 256 << 20  # bytes of one item that are ever held at once
DEPTH_LIMIT = 4  # archives within archives


class TooLarge(ValueError):
    """The item is larger than what is held at once."""


@dataclass(frozen=True)
class Item:
    """name: the last part of its path. member: where it lies in the file around it, "" for a file. path: the file
    itself, where it is one. size: bytes it is said to take, unpacked."""

    name: str
    size: int
    opener: Callable[[], IO[bytes]]
    path: Path | None = None
    member: str = ""
    depth: int = 0

    @property
    def suffix(self) -> str:
        """The end of its name, in small letters."""
        return Path(self.name).suffix.lower()

    def open(self) -> IO[bytes]:
        """A stream from its first byte; the caller closes it."""
        return self.opener()

    def head(self, n: int) -> bytes:
        """Its first `n` bytes, or all."""
        with self.open() as stream:
            return stream.read(n)

    def whole(self, limit: int = WHOLE_LIMIT) -> bytes:
        """All of it. Raises `TooLarge`."""
        with self.open() as stream:
            raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge(f"it is larger than the {limit:,} bytes that are looked at in one piece")
        return raw

    def within(self, name: str, size: int, opener: Callable[[], IO[bytes]]) -> Item:
        """A member of it."""
        place = f"{self.member}/{name}" if self.member else name
        return Item(name.rsplit("/", 1)[-1], size, opener, None, place, self.depth + 1)

    def bytes_within(self, name: str, raw: bytes) -> Item:
        """A member whose bytes are at hand."""
        return self.within(name, len(raw), lambda: io.BytesIO(raw))


def file_item(path: Path) -> Item:
    """A regular file."""
    return Item(path.name, path.stat().st_size, lambda: path.open("rb"), path)
