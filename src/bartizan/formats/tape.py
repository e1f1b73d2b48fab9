"""Bytes read forwards in bounded memory, from a file, a packed member or memory, counted from the first."""

from __future__ import annotations

from typing import IO

_CHUNK = 1 << 18
LINE_LIMIT = 1 << 20  # bytes of one line of an old pickle
_LOOKED_THROUGH = 64 << 20  # for the end of a longer one


class Cut(ValueError):
    """The bytes end before what they promise."""


class TooLong(Cut):
    """A line goes on past what is read of one: there may be an end to it. begun: what was read."""

    def __init__(self, said: str, begun: bytes) -> None:
        super().__init__(said)
        self.begun = begun


class Tape:
    """`at`: how many bytes were read. Large stretches are passed over, never held."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._buffer = b""
        self._position = self._before = 0

    @property
    def at(self) -> int:
        """How many bytes were read so far."""
        return self._before + self._position

    def read(self, n: int) -> bytes:
        """The next `n` bytes. Raises `Cut` when there are fewer."""
        stop = self._position + n
        if stop > len(self._buffer):
            self._fill(n)
            stop = self._position + n
            if stop > len(self._buffer):
                raise Cut(f"{n:,} bytes are promised at byte {self.at:,}, and fewer are there")
        found = self._buffer[self._position : stop]
        self._position = stop
        return found

    def peek(self, n: int) -> bytes:
        """The next `n` bytes, or fewer at the end, which stay to be read."""
        if self._position + n > len(self._buffer):
            self._fill(n)
        return self._buffer[self._position : self._position + n]

    def line(self) -> bytes:
        """Up to and without the next end of line. Raises `Cut` when none comes within the limit."""
        n = 256
        while (stop := self._buffer.find(b"\n", self._position)) < 0:
            had = len(self._buffer) - self._position
            if n > LINE_LIMIT:
                said = f"a line at byte {self.at:,} does not end within {LINE_LIMIT:,} bytes"
                raise TooLong(said, self._buffer[self._position :])
            self._fill(n)
            if len(self._buffer) - self._position == had and had < n:
                raise Cut(f"a line at byte {self.at:,} does not end")
            n *= 4
        found = self._buffer[self._position : stop]
        self._position = stop + 1
        return found

    def lines_follow(self) -> bool:
        """Whether bytes come after the next end of line, which may be far. What is passed over is not held; True where
        none is found in as much as is looked through."""
        for _ in range(_LOOKED_THROUGH // _CHUNK):
            stop = self._buffer.find(b"\n", self._position)
            self._position = stop + 1 if stop >= 0 else len(self._buffer)
            if stop >= 0 or self.ended():
                return stop >= 0 and not self.ended()
        return True

    def skip(self, n: int) -> None:
        """Pass over `n` bytes. Raises `Cut` when there are fewer."""
        held = len(self._buffer) - self._position
        if n <= held:
            self._position += n
            return
        self._before, left = self.at + held, n - held
        self._buffer, self._position = b"", 0
        if left > _CHUNK and self._stream.seekable():
            here = self._stream.tell()
            end = self._stream.seek(0, 2)
            if here + left > end:
                raise Cut(f"{n:,} bytes are promised before byte {self._before:,}, and fewer are there")
            self._stream.seek(here + left)
            self._before += left
            return
        while left:
            passed = len(self._stream.read(min(left, _CHUNK)))
            if not passed:
                raise Cut(f"{n:,} bytes are promised before byte {self._before:,}, and fewer are there")
            left -= passed
            self._before += passed

    def ended(self) -> bool:
        """Whether no byte is left."""
        if self._position == len(self._buffer):
            self._fill(1)
        return self._position == len(self._buffer)

    def _fill(self, n: int) -> None:
        """Have at least `n` bytes in the buffer, when there are as many."""
        parts, have = [self._buffer[self._position :]], len(self._buffer) - self._position
        while have < n:
            more = self._stream.read(max(_CHUNK, n - have) if n - have < 1 << 24 else 1 << 24)
            if not more:
                break
            parts.append(more)
            have += len(more)
        self._before += self._position
        self._buffer, self._position = b"".join(parts), 0
