"""What torch.save writes: a zip with a pickle and the numbers of its tensors."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from bartizan.formats.item import Item
from bartizan.formats.pickles.scan import scan_stream
from bartizan.formats.verdict import Reason

_PLAIN = re.compile(r"data/\d+|version|byteorder|\.format_version|\.storage_alignment|\.data/serialization_id")
_SUMMED = 16 << 20  # bytes of a pickle whose checksum is worked out


def reasons(item: Item, archive: zipfile.ZipFile, judge: Callable[[Item], Iterator[Reason]]) -> Iterator[Reason]:
    """Why a checkpoint should not be opened."""
    roots = [i.filename for i in archive.infolist() if i.filename.rpartition("/")[2].lower() == "data.pkl"]
    if len(roots) > 1:
        yield Reason(
            "two-readings", "it holds more than one data.pkl, and readers take one or the other", 0, item.member
        )
    for info in archive.infolist():
        inner = info.filename.split("/", 1)[-1]
        if inner == "data.pkl":
            yield from _pickle(item, archive, info)
        elif not _PLAIN.fullmatch(inner) and not info.is_dir():
            yield from judge(member_item(item, archive, info))


def _pickle(item: Item, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[Reason]:
    inner = member_item(item, archive, info)
    with inner.open() as stream:
        yield from scan_stream(stream, member=inner.member)
    if info.file_size <= _SUMMED and zlib.crc32(inner.whole()) != info.CRC:
        yield Reason(
            "two-readings", "its checksum is wrong: some readers stop at that and some do not", 0, inner.member
        )


def member_item(item: Item, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Item:
    """A member, read as torch reads it: whatever its checksum and its flags say."""

    def opened() -> IO[bytes]:
        info.flag_bits &= ~1
        stream = archive.open(info)
        stream._expected_crc = None  # type: ignore[attr-defined]
        return stream

    return item.within(info.filename, info.file_size, opened)
