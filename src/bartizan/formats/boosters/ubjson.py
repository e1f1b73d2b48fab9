"""UBJSON as XGBoost writes it, read in bounded steps: lengths are held against what is there.

After https://ubjson.org (draft 12) and `src/common/json.cc` of XGBoost.
"""

from __future__ import annotations

import struct
from typing import Any

_NUMBERS = {b"i": "b", b"U": "B", b"I": "h", b"l": "i", b"L": "q", b"d": "f", b"D": "d"}
_DEPTH_LIMIT = 40
_VALUES_LIMIT = 5_000_000


class UbjsonError(ValueError):
    """The bytes are not UBJSON, or promise more than there is."""


def parse(raw: bytes) -> Any:
    """The value. Typed arrays of numbers are tuples of them. Raises `UbjsonError`."""
    reader = _Reader(raw)
    value = reader.value(reader.take(1), 0)
    if reader.at != len(raw):
        raise UbjsonError(f"{len(raw) - reader.at:,} bytes follow its end")
    return value


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self.raw, self.at, self.values = raw, 0, 0

    def take(self, n: int) -> bytes:
        if n < 0 or self.at + n > len(self.raw):
            raise UbjsonError(f"{n:,} bytes are promised at byte {self.at:,}, and fewer are there")
        found = self.raw[self.at : self.at + n]
        self.at += n
        return found

    def number(self, mark: bytes) -> Any:
        form = ">" + _NUMBERS[mark]
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def length(self) -> int:
        mark = self.take(1)
        if mark not in (b"i", b"U", b"I", b"l", b"L"):
            raise UbjsonError(f"no length at byte {self.at:,}")
        return int(self.number(mark))

    def text(self) -> str:
        return self.take(self.length()).decode("utf-8", "replace")

    def value(self, mark: bytes, depth: int) -> Any:
        self.values += 1
        if depth > _DEPTH_LIMIT or self.values > _VALUES_LIMIT:
            raise UbjsonError("nested too deeply, or too many values")
        if mark in _NUMBERS:
            return self.number(mark)
        if mark == b"S":
            return self.text()
        if mark == b"{":
            return self.mapping(depth)
        if mark == b"[":
            return self.array(depth)
        if mark in (b"T", b"F", b"Z", b"N"):
            return {b"T": True, b"F": False}.get(mark)
        if mark == b"C":
            return self.take(1).decode("latin-1")
        raise UbjsonError(f"there is no mark {mark!r}, at byte {self.at:,}")

    def mapping(self, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while self.raw[self.at : self.at + 1] != b"}":
            key = self.text()
            if key in made:
                raise UbjsonError(f"the key {key[:40]!r} is given twice")
            made[key] = self.value(self.take(1), depth + 1)
        self.take(1)
        return made

    def array(self, depth: int) -> Any:
        mark = self.take(1)
        kind = self.take(1) if mark == b"$" else b""
        if kind:
            mark = self.take(1)
        if mark == b"#":
            n = self.length()
            if kind in _NUMBERS:
                width = struct.calcsize(">" + _NUMBERS[kind])
                return struct.unpack(f">{max(n, 0)}{_NUMBERS[kind]}", self.take(n * width))
            return [self.value(kind or self.take(1), depth + 1) for _ in range(min(n, _VALUES_LIMIT))]
        made = []
        while mark != b"]":
            made.append(self.value(mark, depth + 1))
            mark = self.take(1)
        return made
