"""As much of HDF5 as it takes to see the attributes and the links of a file: a bounded reader of its own.

After the HDF5 File Format Specification, version 3. What Keras writes with h5py's defaults is followed whole; newer
layouts of groups (fractal heaps) are not, and are said not to be.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_UNDEFINED = (1 << 64) - 1
_OBJECTS = 200_000
_BLOCK = 16 << 20  # bytes of one header, heap or node
_LINK, _LINK_INFO, _EXTERNAL, _ATTRIBUTE, _MORE, _TABLE, _ATTRIBUTE_INFO = 0x06, 0x02, 0x07, 0x0C, 0x10, 0x11, 0x15
_LAYOUT, _VIRTUAL = 0x08, 3
_STRING, _VARIABLE = 3, 9
_SHARED = frozenset({0x00, 0x01, 0x03, 0x04, 0x05, 0x0B})  # spaces, types, filters


class Unfollowed(ValueError):
    """The file is broken or is laid out in a way that is not followed."""


@dataclass
class Hdf5:
    """attributes: (object's path, name) to text and offset. outside: (what, offset) for each way out of the file.
    unfollowed: what was met and not followed. end: the byte at which it ends by its own word."""

    attributes: dict[tuple[str, str], tuple[bytes, int]] = field(default_factory=dict)
    outside: list[tuple[str, int]] = field(default_factory=list)
    unfollowed: list[tuple[str, int]] = field(default_factory=list)
    end: int = 0


def read_hdf5(stream: IO[bytes]) -> Hdf5:
    """Walk all objects from the root. Raises `Unfollowed`, `struct.error` on hostile bytes."""
    walk = _Walk(stream)
    walk.run()
    return walk.found


class _Walk:
    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.found = stream, Hdf5()
        self.base = 0
        self.seen: set[int] = set()
        self.pending: list[tuple[str, int]] = []

    def bytes_at(self, at: int, n: int) -> bytes:
        if n > _BLOCK or at >= _UNDEFINED >> 1:
            raise Unfollowed(f"a block of {n:,} bytes at byte {at:,}")
        self.stream.seek(self.base + at)
        raw = self.stream.read(n)
        if len(raw) < n:
            raise Unfollowed(f"it is cut off before byte {at + n:,}")
        return raw

    def run(self) -> None:
        self.pending = [("", self._root())]
        while self.pending:
            path, at = self.pending.pop()
            if at in self.seen:
                continue
            self.seen.add(at)
            if len(self.seen) > _OBJECTS:
                raise Unfollowed(f"more than {_OBJECTS:,} objects")
            for kind, raw, offset in self._messages(at):
                self._message(path, kind, raw, offset)

    def _root(self) -> int:
        start = next((n for n in (0, *(512 << i for i in range(7))) if self._signed(n)), None)
        if start is None:
            raise Unfollowed("it has no signature")
        self.base = start
        head = self.bytes_at(0, 96)
        version = head[8]
        if version in (0, 1):
            at = 24 + 4 * version
            if head[13:15] != b"\x08\x08":
                raise Unfollowed("its addresses are not of 8 bytes")
            self.found.end = start + int(struct.unpack_from("<Q", head, at + 16)[0])
            return int(struct.unpack_from("<Q", head, at + 40)[0])
        if version in (2, 3) and head[9:11] == b"\x08\x08":
            self.found.end = start + int(struct.unpack_from("<Q", head, 28)[0])
            return int(struct.unpack_from("<Q", head, 36)[0])
        raise Unfollowed(f"its superblock is of version {version}")

    def _signed(self, at: int) -> bool:
        self.stream.seek(at)
        return self.stream.read(8) == SIGNATURE

    def _messages(self, at: int) -> Iterator[tuple[int, bytes, int]]:
        first = self.bytes_at(at, 16)
        if first[:4] == b"OHDR":
            yield from self._messages_v2(at)
        elif first[0] == 1:
            yield from self._messages_v1(at, struct.unpack_from("<I", first, 8)[0])
        else:
            raise Unfollowed(f"no object begins at byte {at:,}")

    def _messages_v1(self, at: int, size: int) -> Iterator[tuple[int, bytes, int]]:
        blocks, done = [(at + 16, size)], 0
        while blocks:
            start, size = blocks.pop()
            raw, i = self.bytes_at(start, size), 0
            done += 1
            if done > 4096:
                raise Unfollowed("a header without end")
            while i + 8 <= size:
                kind, n, flags = struct.unpack_from("<HHB", raw, i)
                body = raw[i + 8 : i + 8 + n]
                if kind == _MORE:
                    blocks.append(struct.unpack_from("<QQ", body))
                elif not flags & 2:
                    yield kind, body, start + i + 8
                elif kind not in _SHARED:
                    self._elsewhere(kind, start + i + 8)
                i += 8 + n

    def _messages_v2(self, at: int) -> Iterator[tuple[int, bytes, int]]:
        flags = self.bytes_at(at, 6)[5]
        start = at + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
        width = 1 << (flags & 3)
        blocks, done = [(start + width, int.from_bytes(self.bytes_at(start, width), "little"))], 0
        step = 6 if flags & 4 else 4
        while blocks:
            start, size = blocks.pop()
            raw, i = self.bytes_at(start, size), 0
            done += 1
            if done > 4096:
                raise Unfollowed("a header without end")
            while i + step <= size:
                kind, n, shared = struct.unpack_from("<BHB", raw, i)
                body = raw[i + step : i + step + n]
                if kind == _MORE:
                    where, length = struct.unpack_from("<QQ", body)
                    blocks.append((where + 4, length - 8))  # without OCHK and the checksum
                elif not shared & 2:
                    yield kind, body, start + i + step
                elif kind not in _SHARED:
                    self._elsewhere(kind, start + i + step)
                i += step + n

    def _elsewhere(self, kind: int, offset: int) -> None:
        self.found.unfollowed.append((f"a message of kind {kind} that lies elsewhere in the file", offset))

    def _message(self, path: str, kind: int, raw: bytes, offset: int) -> None:
        if kind == _ATTRIBUTE:
            self._attribute(path, raw, offset)
        elif kind == _TABLE:
            tree, heap = struct.unpack_from("<QQ", raw)
            self._table(path, tree, heap)
        elif kind == _LINK:
            self._link(path, raw, offset)
        elif kind == _EXTERNAL:
            self.found.outside.append(("keeps numbers in another file", offset))
        elif kind == _LAYOUT and raw[2 if raw[0] < 3 else 1] == _VIRTUAL:
            self.found.outside.append(("puts its numbers together from other files", offset))
        elif kind == _LINK_INFO:
            heap = struct.unpack_from("<Q", raw, 2 + (8 if raw[1] & 1 else 0))[0]
            self._dense(path, heap, offset)
        elif kind == _ATTRIBUTE_INFO:
            heap = struct.unpack_from("<Q", raw, 2 + (2 if raw[1] & 1 else 0))[0]
            self._dense(path, heap, offset)

    def _dense(self, path: str, heap: int, offset: int) -> None:
        if heap != _UNDEFINED:
            self.found.unfollowed.append((f"what {path or '/'} holds lies in a heap of the newer kind", offset))

    def _table(self, path: str, tree: int, heap: int) -> None:
        size, _, where = struct.unpack_from("<QQQ", self.bytes_at(heap, 32), 8)
        names, nodes = self.bytes_at(where, size), [tree]
        while nodes:
            at = nodes.pop()
            if at in self.seen:
                continue
            self.seen.add(at)
            if len(self.seen) > _OBJECTS:
                raise Unfollowed(f"more than {_OBJECTS:,} objects")
            if self.bytes_at(at, 4) == b"SNOD":
                self._symbols(path, at, names)
                continue
            sign, _, _, entries = struct.unpack_from("<4sBBH", self.bytes_at(at, 8))
            if sign != b"TREE":
                raise Unfollowed(f"no group begins at byte {at:,}")
            raw = self.bytes_at(at + 24, 8 + 16 * entries)
            nodes += [struct.unpack_from("<Q", raw, 8 + 16 * i)[0] for i in range(entries)]

    def _symbols(self, path: str, at: int, names: bytes) -> None:
        count = struct.unpack_from("<H", self.bytes_at(at, 8), 6)[0]
        raw = self.bytes_at(at + 8, 40 * count)
        for i in range(count):
            name, where, cache = struct.unpack_from("<QQI", raw, 40 * i)
            called = names[name : name + 256].split(b"\0")[0].decode("utf-8", "replace")
            if cache != 2:  # 2 is a link within the file
                self.pending.append((f"{path}/{called}", where))

    def _link(self, path: str, raw: bytes, offset: int) -> None:
        flags, at = raw[1], 2
        kind = raw[at] if flags & 8 else 0
        at += 1 if flags & 8 else 0
        at += (8 if flags & 4 else 0) + (1 if flags & 16 else 0)
        width = 1 << (flags & 3)
        length = int.from_bytes(raw[at : at + width], "little")
        name = raw[at + width : at + width + length].decode("utf-8", "replace")
        if kind == 0:
            self.pending.append((f"{path}/{name}", struct.unpack_from("<Q", raw, at + width + length)[0]))
        elif kind != 1:
            self.found.outside.append((f"links {path}/{name} to another file", offset))

    def _attribute(self, path: str, raw: bytes, offset: int) -> None:
        version, flags, n_name, n_type, n_space = struct.unpack_from("<BBHHH", raw)
        at = 9 if version == 3 else 8
        unit = 8 if version == 1 else 1
        name = raw[at : at + n_name].split(b"\0")[0].decode("utf-8", "replace")
        type_at = at + _padded(n_name, unit)
        data = raw[type_at + _padded(n_type, unit) + _padded(n_space, unit) :]
        if version not in (1, 2, 3) or flags & 3:
            self.found.unfollowed.append((f"the attribute {name} of {path or '/'}", offset))
            return
        if (path, name) in self.found.attributes:
            self.found.unfollowed.append((f"the attribute {name} of {path or '/'}, given twice", offset))
        kind = raw[type_at] & 15
        if kind == _STRING:
            size = struct.unpack_from("<I", raw, type_at + 4)[0]
            self.found.attributes[path, name] = data[: max(size, 0)] if size else data, offset
        elif kind == _VARIABLE and len(data) >= 16:
            self.found.attributes[path, name] = self._from_heap(data), offset
        elif name.endswith("config"):
            self.found.unfollowed.append((f"the attribute {name} of {path or '/'}, which is no text", offset))

    def _from_heap(self, data: bytes) -> bytes:
        length, heap, index = struct.unpack_from("<IQI", data)
        if heap in (0, _UNDEFINED):
            return b""
        head = self.bytes_at(heap, 16)
        if head[:4] != b"GCOL":
            raise Unfollowed(f"no heap begins at byte {heap:,}")
        raw, i = self.bytes_at(heap, struct.unpack_from("<Q", head, 8)[0]), 16
        held: list[bytes] = []
        while i + 16 <= len(raw):
            number, _, size = struct.unpack_from("<HH4xQ", raw, i)
            if number == index:
                held.append(raw[i + 16 : i + 16 + min(size, length)])
            if number == 0:
                break
            i += 16 + -(-size // 8) * 8
        if len(held) != 1:
            raise Unfollowed(f"the heap at byte {heap:,} holds {len(held)} objects under the number {index}")
        return held[0]


def _padded(n: int, unit: int) -> int:
    return -(-n // unit) * unit
