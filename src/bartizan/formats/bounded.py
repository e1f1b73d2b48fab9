"""Reading no more of a file than was agreed: regular files only, zip members measured before they are unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from bartizan.core.errors import BartizanError, UnsafeFileError

MEMORY_LIMIT = 8 << 30  # bytes one array, table or archive may take when unpacked
MEMBER_LIMIT = 100_000  # members of one archive
RATIO_LIMIT = 1_100  # deflate cannot honestly pack tighter than about 1,032 : 1
SMALL = 1 << 20  # an archive that unpacks to less than this is harmless whatever its ratio


def regular_file(
    path: Path, what: str, error: type[BartizanError], *, remedy: str = "correct its path in the description"
) -> Path:
    """`path` when it is a readable regular file (a pipe or a device could hang the reader); else raises `error`."""
    if not path.exists():
        near = "" if path.parent.is_dir() else f" (the folder {path.parent} does not exist either)"
        raise error(f"{what}: there is no file {path}{near}; {remedy}")
    if path.is_dir():
        raise error(f"{what}: {path} is a folder; name a file in it")
    if not path.is_file():
        raise error(f"{what}: {path} is not a regular file; name one")
    try:
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as cause:
        raise error(f"{what}: {path} cannot be read ({cause.strerror})") from cause
    return path


def head(path: Path, n: int = 4096) -> bytes:
    """The first `n` bytes, or fewer when the file is shorter."""
    with path.open("rb") as stream:
        return stream.read(n)


def checked_zip(path: Path, *, limit: int = MEMORY_LIMIT) -> zipfile.ZipFile:
    """An open archive whose directory promises no bomb and no escape. Raises `UnsafeFileError`.

    The promise is held to: `member` stops at the promised size.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as cause:
        zipped = head(path, 2) == b"PK"
        what = (
            "is a zip archive that cannot be read" if zipped else "is no zip archive, which this kind of file must be"
        )
        raise UnsafeFileError(f"{path.name} {what} ({cause}); write it again, or correct its path") from cause
    try:
        _check_members(path, archive.infolist(), limit)
    except UnsafeFileError:
        archive.close()
        raise
    return archive


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, n: int | None = None) -> bytes:
    """The member's bytes (the first `n`), never more than its directory entry says. Raises `UnsafeFileError`."""
    wanted = info.file_size if n is None else min(n, info.file_size)
    try:
        with archive.open(info) as stream:
            data = stream.read(wanted)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError, _zlib_error()) as e:
        raise UnsafeFileError(f"{archive.filename}: the member {info.filename!r} cannot be unpacked: {e}") from e
    if len(data) < wanted:
        raise UnsafeFileError(f"{archive.filename}: the member {info.filename!r} is shorter than its directory says")
    return data


def _zlib_error() -> type[Exception]:
    import zlib

    return zlib.error


def _check_members(path: Path, members: list[zipfile.ZipInfo], limit: int) -> None:
    if len(members) > MEMBER_LIMIT:
        raise UnsafeFileError(f"{path.name} holds {len(members)} members, more than the {MEMBER_LIMIT} allowed")
    names = [m.filename for m in members]
    if len(set(names)) < len(names):
        twice = next(n for n in names if names.count(n) > 1)
        raise UnsafeFileError(f"{path.name} holds two members called {twice!r}; readers may disagree on which counts")
    total = sum(m.file_size for m in members)
    if total > limit:
        raise UnsafeFileError(f"{path.name} would unpack to {total:,} bytes, more than the {limit:,} allowed")
    for m in members:
        if m.file_size > SMALL and m.file_size > RATIO_LIMIT * max(m.compress_size, 1):
            raise UnsafeFileError(f"{path.name}: the member {m.filename!r} is packed like a zip bomb")
        if m.filename.startswith(("/", "\\")) or ".." in Path(m.filename).parts:
            raise UnsafeFileError(f"{path.name}: the member {m.filename!r} points outside the archive")
