"""Files that a second reader takes for an archive: readers of those look at the end, or at certain places, first."""

from __future__ import annotations

import struct
from typing import IO

from bartizan.formats.item import Item
from bartizan.formats.sniff import HDF5, ZIPPED, FileKind, is_tar

_ZIP_END = struct.Struct("<4s4H2IH")
_ZIP_TAIL = 22 + (1 << 16)  # a comment of 64 KiB may follow the end


def second_archive(item: Item, kind: FileKind) -> str:
    """The kind of archive that lies in a file of another kind; "" for none."""
    if kind is not FileKind.TAR and is_tar(item.head(512)):
        return "a tar archive as well"
    if kind in ZIPPED:
        return ""
    with item.open() as stream:
        if _ends_as_zip(stream, item.size):
            return "a zip archive lies behind it"
        if kind is not FileKind.HDF5 and _holds_hdf5(stream, item.size):
            return "an HDF5 file lies behind its first block"
    return ""


def _ends_as_zip(stream: IO[bytes], size: int) -> bool:
    """Whether the end of an archive is where `zipfile` looks for it, with room before it for what it points at."""
    stream.seek(max(0, size - _ZIP_TAIL))
    tail = stream.read(_ZIP_TAIL)
    at = tail.rfind(b"PK\x05\x06")
    if not 0 <= at <= len(tail) - _ZIP_END.size:
        return False
    *_, members, length, start, _ = _ZIP_END.unpack_from(tail, at)
    large = members == 0xFFFF or 0xFFFFFFFF in (length, start)
    return large or (length > 0 and start + length <= max(0, size - _ZIP_TAIL) + at)  # no reader counts the members


def _holds_hdf5(stream: IO[bytes], size: int) -> bool:
    at = 512
    while at + len(HDF5) <= size:
        stream.seek(at)
        if stream.read(len(HDF5)) == HDF5:
            return True
        at *= 2
    return False
