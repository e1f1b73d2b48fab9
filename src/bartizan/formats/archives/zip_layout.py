"""A zip archive read from both ends: its directory and its body have to tell the same story, byte for byte.

Readers differ: Python and torch start from the directory at the end, streaming readers from the first byte, and some
believe the one about sizes and names and some the other.
"""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Iterator
from typing import IO

from bartizan.formats.bounded import MEMBER_LIMIT, MEMORY_LIMIT, RATIO_LIMIT, SMALL
from bartizan.formats.verdict import Reason

_ROOM, _ROOM_IN_ALL = 256 << 20, 1 << 30  # bytes that one member, and all of them, may unpack to however tightly packed
_TIGHT = 100  # times; deflate packs weights less than twice, and zeros about a thousand times
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_END = b"PK\x05\x06"
_UNICODE_NAME = 0x7075
_DESCRIBED = 8  # the flag of a member whose sizes follow it
_DESCRIPTORS = (0, 12, 16, 20, 24)


def layout_reasons(archive: zipfile.ZipFile, stream: IO[bytes], member: str = "") -> Iterator[Reason]:
    """What is wrong with how the archive is laid out. `stream` is the archive's own, seekable."""
    members = archive.infolist()
    if len(members) > MEMBER_LIMIT:
        yield Reason("limit", f"it holds {len(members):,} members", 0, member)
        return
    yield from _names(members, member)
    yield from _sizes(members, member)
    yield from _body(archive, stream, member)
    yield from _behind(archive, stream, member)


def escapes(name: str) -> bool:
    """Whether a member of this name would be unpacked outside the folder."""
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or (len(name) > 1 and name[1] == ":")


def _names(members: list[zipfile.ZipInfo], member: str) -> Iterator[Reason]:
    seen: set[str] = set()
    folded: set[str] = set()
    for info in members:
        name = info.filename
        if escapes(name):
            yield Reason("escape", f"the member {name[:80]!r} points outside the archive", info.header_offset, member)
        if name != info.orig_filename:
            yield Reason("two-readings", f"two names are told of {name[:80]!r}", info.header_offset, member)
        if (other := _other_name(info.extra)) not in ("", name):
            yield Reason("two-readings", f"some readers call it {other[:80]!r}", info.header_offset, member)
        if name in seen:
            yield Reason("two-readings", f"it holds two members called {name[:80]!r}", info.header_offset, member)
        elif name.casefold() in folded:
            yield Reason("lies", f"two members differ in capitals alone: {name[:80]!r}", info.header_offset, member)
        if stat.S_ISLNK(info.external_attr >> 16):
            yield Reason("escape", f"the member {name[:80]!r} is a link", info.header_offset, member)
        if info.flag_bits & 1:
            yield Reason("lies", f"the member {name[:80]!r} is said to be encrypted", info.header_offset, member)
        seen.add(name)
        folded.add(name.casefold())


def _other_name(extra: bytes) -> str:
    """The name in Info-ZIP's field for Unicode, by which newer readers know a member; "" for none."""
    at = 0
    while at + 4 <= len(extra):
        tag, n = struct.unpack_from("<HH", extra, at)
        if tag == _UNICODE_NAME and n > 5:
            return extra[at + 9 : at + 4 + n].decode("utf-8", "replace")
        at += 4 + n
    return ""


def _sizes(members: list[zipfile.ZipInfo], member: str) -> Iterator[Reason]:
    total = sum(m.file_size for m in members)
    packed = sum(m.compress_size for m in members)
    if total > MEMORY_LIMIT and total > RATIO_LIMIT // 10 * max(packed, 1):
        yield Reason("bomb", f"it would unpack to {total:,} bytes from {packed:,}", 0, member)
    swollen = [m for m in members if m.file_size > _ROOM and m.file_size > _TIGHT * max(m.compress_size, 1)]
    for m in swollen:
        text = f"the member {m.filename[:80]!r} unpacks to {m.file_size:,} bytes from {m.compress_size:,}"
        yield Reason("swells", text, m.header_offset, member)
    if not swollen and total > _ROOM_IN_ALL and total > _TIGHT * max(packed, 1):
        yield Reason("swells", f"it unpacks to {total:,} bytes from {packed:,}", 0, member)
    for m in members:
        if m.file_size > SMALL and m.file_size > RATIO_LIMIT * max(m.compress_size, 1):
            yield Reason("bomb", f"the member {m.filename[:80]!r} is packed like a zip bomb", m.header_offset, member)
        if m.compress_type == zipfile.ZIP_STORED and m.file_size != m.compress_size:
            yield Reason("two-readings", f"two sizes are told of {m.filename[:80]!r}", m.header_offset, member)


def _body(archive: zipfile.ZipFile, stream: IO[bytes], member: str) -> Iterator[Reason]:
    at = 0
    for info in sorted(archive.infolist(), key=lambda m: m.header_offset):
        start = info.header_offset
        if start < at:
            yield Reason("two-readings", f"the member {info.filename[:80]!r} lies over another", start, member)
        elif start > at:
            yield Reason("two-readings", f"{start - at:,} bytes at byte {at:,} are in no member", at, member)
        stream.seek(start)
        raw = stream.read(_LOCAL.size)
        if len(raw) < _LOCAL.size or raw[:4] != b"PK\x03\x04":
            yield Reason("two-readings", f"the directory names {info.filename[:80]!r}, the body not", start, member)
            return
        _, _, flags, method, _, _, _, packed, size, n_name, n_extra = _LOCAL.unpack(raw)
        name = stream.read(n_name).decode("utf-8" if flags & 0x800 else "cp437", "replace")
        told = (packed, size) if not flags & _DESCRIBED and 0xFFFFFFFF not in (packed, size) else None
        same = (name, method) == (info.orig_filename, info.compress_type)
        if not same or (told and told != (info.compress_size, info.file_size)):
            yield Reason("two-readings", f"directory and body differ on {info.filename[:80]!r}", start, member)
        at = start + _LOCAL.size + n_name + n_extra + info.compress_size
        at = _past_descriptor(stream, at, archive.start_dir) if flags & _DESCRIBED else at
    if at != archive.start_dir:
        yield Reason("two-readings", f"{archive.start_dir - at:,} bytes at byte {at:,} are in no member", at, member)


def _past_descriptor(stream: IO[bytes], at: int, end: int) -> int:
    stream.seek(at)
    raw = stream.read(28)
    for n in _DESCRIPTORS[::-1]:
        if at + n == end or raw[n : n + 4] in (b"PK\x03\x04", b"PK\x01\x02"):
            return at + n
    return at


def _behind(archive: zipfile.ZipFile, stream: IO[bytes], member: str) -> Iterator[Reason]:
    size = stream.seek(0, 2)
    stream.seek(max(0, size - (1 << 16) - 22))
    tail = stream.read()
    end = tail.rfind(_END)
    behind = len(tail) - end - 22 - len(archive.comment)
    if end >= 0 and behind > 0:
        yield Reason("trailing", f"{behind:,} bytes follow the end of the archive", size - behind, member)
    if archive.comment:
        yield Reason("trailing", f"a comment of {len(archive.comment):,} bytes follows the archive", size, member)
    if archive.infolist() and min(m.header_offset for m in archive.infolist()) > 0:
        yield Reason("two-readings", "other bytes come before the archive", 0, member)
