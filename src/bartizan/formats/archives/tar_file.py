"""tar archives: where their members would land, what they link to, and what is in each."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from typing import IO

from bartizan.formats.bounded import MEMBER_LIMIT
from bartizan.formats.item import Item
from bartizan.formats.verdict import Reason

from .zip_layout import escapes

_CHUNK = 1 << 20


def reasons(item: Item, judge: Callable[[Item], Iterator[Reason]]) -> Iterator[Reason]:
    """Why the archive should not be unpacked or opened."""
    seen: set[str] = set()
    with item.open() as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
        for count, info in enumerate(archive):
            if count >= MEMBER_LIMIT:
                yield Reason("limit", f"it holds more than {MEMBER_LIMIT:,} members", info.offset, item.member)
                return
            yield from _place(info, seen, item)
            if info.isreg():
                yield from judge(item.within(info.name, info.size, _opener(item, info)))
        yield from _behind(stream, archive.offset, item)


def _behind(stream: IO[bytes], at: int, item: Item) -> Iterator[Reason]:
    """What follows the last member that is read here: zeros, or what other readers go on with."""
    stream.seek(at)
    while chunk := stream.read(_CHUNK):
        if chunk.strip(b"\0"):
            yield Reason("two-readings", f"some readers read on behind byte {at:,}, where it ends", at, item.member)
            return


def _opener(item: Item, info: tarfile.TarInfo) -> Callable[[], IO[bytes]]:
    """A stream of one member over a stream of its own, so that several may be open at once."""

    def opened() -> IO[bytes]:
        stream = item.open()
        return tarfile.ExFileObject(_Over(stream), info)  # type: ignore[arg-type]

    return opened


class _Over:
    """As much of a `TarFile` as a member's stream asks for."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.fileobj = stream


def _place(info: tarfile.TarInfo, seen: set[str], item: Item) -> Iterator[Reason]:
    name = info.name
    if escapes(name):
        yield Reason("escape", f"the member {name[:80]!r} points outside the archive", info.offset, item.member)
    if name in seen and not info.isdir():
        yield Reason("two-readings", f"it holds two members called {name[:80]!r}", info.offset, item.member)
    seen.add(name)
    if info.issym() or info.islnk():
        out = escapes(info.linkname)
        said = f"the member {name[:80]!r} is a link to {info.linkname[:80]!r}"
        yield Reason("escape" if out else "lies", said, info.offset, item.member)
    elif not (info.isreg() or info.isdir()):
        yield Reason("escape", f"the member {name[:80]!r} is a device or a pipe", info.offset, item.member)
