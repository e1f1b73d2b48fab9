"""Files packed as a whole (gzip, zlib, bzip2, xz): measured first, then looked at inside as what they are."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from bartizan.formats.bounded import RATIO_LIMIT
from bartizan.formats.item import WHOLE_LIMIT, Item
from bartizan.formats.sniff import FileKind
from bartizan.formats.verdict import Reason

_CHUNK = 1 << 20
_PACKED = 1 << 16
_ROOM = 4 << 30  # bytes unpacked that are followed
_SMALL = 64 << 20  # less than this is no bomb, however tightly it is packed


def reasons(item: Item, kind: FileKind, judge: Callable[[Item], Iterator[Reason]]) -> Iterator[Reason]:
    """Why it should not be opened."""
    try:
        size, behind = _measured(item, kind)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as cause:
        yield Reason("broken", f"it cannot be unpacked ({type(cause).__name__})", 0, item.member)
        return
    if size > max(_SMALL, RATIO_LIMIT * item.size) or size > _ROOM:
        bomb = size > RATIO_LIMIT // 4 * item.size
        yield Reason("bomb" if bomb else "limit", f"it unpacks to more than {size:,} bytes", 0, item.member)
        return
    if behind:
        yield Reason("trailing", f"{behind:,} bytes follow what is packed", item.size - behind, item.member)
    name = item.name.rsplit(".", 1)[0] if item.suffix in _SUFFIXES else item.name
    inner = Item(name, size, lambda: _seekable(_opened(item, kind), size), None, item.member, item.depth + 1)
    yield from judge(inner)


_SUFFIXES = (".gz", ".bz2", ".xz", ".lzma", ".z", ".tgz")


def _measured(item: Item, kind: FileKind) -> tuple[int, int]:
    """(bytes unpacked, bytes left over). Stops counting where it is a bomb for sure."""
    size = 0
    with _opened(item, kind) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > _ROOM or size > max(_SMALL, RATIO_LIMIT * item.size):
                break
        if kind in _STREAMS:
            return size, _behind(item, *_STREAMS[kind])
        return size, getattr(stream, "behind", 0)


_STREAMS: dict[FileKind, tuple[Callable[[], Any], tuple[bytes, ...]]] = {
    FileKind.BZIP2: (bz2.BZ2Decompressor, (b"BZh",)),
    FileKind.XZ: (lzma.LZMADecompressor, (b"\xfd7zXZ\x00", b"\x5d\x00\x00")),
}


def _behind(item: Item, make: Callable[[], Any], magic: tuple[bytes, ...]) -> int:
    """Bytes after the last packed stream, which Python's own readers pass over in silence."""
    machine = make()
    with item.open() as stream:
        packed = stream.read(_PACKED)
        while packed or not machine.needs_input:
            machine.decompress(packed if machine.needs_input else b"", _CHUNK)
            if machine.eof:
                rest = machine.unused_data + stream.read(_PACKED)
                if not rest.startswith(magic):
                    return len(rest) + max(0, item.size - stream.tell())
                machine, packed = make(), rest
            elif machine.needs_input:
                packed = stream.read(_PACKED)
    return 0


def _opened(item: Item, kind: FileKind) -> IO[bytes]:
    raw = item.open()
    if kind is FileKind.GZIP:
        return gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]
    if kind is FileKind.BZIP2:
        return bz2.BZ2File(raw)
    if kind is FileKind.XZ:
        return lzma.LZMAFile(raw)
    return _Zlib(raw)  # type: ignore[return-value]


def _seekable(stream: IO[bytes], size: int) -> IO[bytes]:
    """What is small in memory, what is large as a stream that seeks by unpacking again."""
    if size > WHOLE_LIMIT >> 2:
        return stream
    with stream:
        return io.BytesIO(stream.read())


class _Zlib(io.RawIOBase):
    """A zlib stream, as joblib writes it. behind: bytes that follow it."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw, self._machine = raw, zlib.decompressobj()
        self.behind = 0
        self._at = 0

    def read(self, n: int = -1) -> bytes:
        parts, have = [], 0
        while (n < 0 or have < n) and not self._machine.eof:
            packed = self._machine.unconsumed_tail or self._raw.read(1 << 16)
            if not packed:
                raise EOFError("the stream is cut off")
            part = self._machine.decompress(packed, 0 if n < 0 else n - have)
            parts.append(part)
            have += len(part)
        if self._machine.eof and not self.behind:
            self.behind = len(self._machine.unused_data) + len(self._raw.read(1 << 20))
        return b"".join(parts)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
