"""A second way to find what a file would run, sharing nothing with the first but the list of harmless names.

Pickles are played through a machine in which every name resolves to an inert stand-in, so that what is looked up is
seen as it happens and nothing real is ever called. Zip archives are walked by their local headers from the first byte
on, as a stream, and must agree with their directory. The rest is in `second_formats`.
"""

from __future__ import annotations

import _compat_pickle
import io
import pickle
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bartizan.formats.pickles.names import Standing, standing

from .second_formats import speaks_against, tar_members, unpacked

_DEPTH = 3  # times that a file may be packed
_ROOM = 1 << 30  # bytes looked at of one file or member
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_OWN = ("__torch__", "torch.jit._pickle")
_NAMED = re.compile(r"[\w.]+ [\w.]+")
_PICKLES = (".pkl", ".pickle", ".debug_pkl")


def names_run(path: Path) -> tuple[str, ...]:
    """What opening the file would look up or hide, each once, in order: `module.name`, or a sentence."""
    with path.open("rb") as stream:
        raw = stream.read(_ROOM)
    return tuple(dict.fromkeys((*_of_any(raw, path.name), *speaks_against(path, raw))))


def _of_any(raw: bytes, name: str, depth: int = 0) -> Iterator[str]:
    """Names looked up in an archive, in what is packed, or in a pickle."""
    inner = unpacked(raw) if depth < _DEPTH else None
    if raw[:4] == b"PK\x03\x04":
        yield from _of_zip(raw)
    elif inner is not None:
        yield from _of_any(inner, name, depth + 1)
    else:
        yield from _of_bytes(raw, name)
        for member, body in tar_members(raw):
            yield from _of_bytes(body, member)


class _Inert:
    """Stands in for every class and function a pickle names: takes anything, does nothing, keeps nothing."""

    def __new__(cls, *args: object, **kwargs: object) -> _Inert:
        return object.__new__(cls)

    def __call__(self, *args: object, **kwargs: object) -> _Inert:
        return self

    def __setstate__(self, state: object) -> None:
        pass

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def append(self, value: object) -> None:
        pass

    def extend(self, values: object) -> None:
        pass

    def add(self, value: object) -> None:
        pass


class _Recorder(pickle._Unpickler):
    """Python's own pickle machine with every way out of it closed."""

    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream, encoding="bytes")
        self.seen: list[str] = []

    def find_class(self, module: Any, name: Any) -> Any:
        names = (_text(module), _text(name))
        if self.proto < 3:  # type: ignore[attr-defined]
            names = _compat_pickle.NAME_MAPPING.get(
                names, (_compat_pickle.IMPORT_MAPPING.get(*names[:1] * 2), names[1])
            )
        self.seen.append(" ".join(names))
        return type("Inert", (_Inert,), {})

    def get_extension(self, code: int) -> None:
        self.seen.append(f"copyreg extension-{code}")
        self.append(type("Inert", (_Inert,), {}))  # type: ignore[attr-defined]

    def persistent_load(self, key: Any) -> _Inert:
        return _Inert()


def _of_bytes(raw: bytes, name: str, *, must: bool = False) -> Iterator[str]:
    """Names a pickle looks up. `must`: the bytes are called a pickle, so one that cannot be played counts."""
    if not must and not (raw[:1] == b"\x80" or raw[:1] in b"c(i]}"):
        return
    machine = _Recorder(io.BytesIO(raw))
    try:
        machine.load()
    except Exception as cause:  # hostile bytes: the machine may stop in any way, and what it saw counts
        if must:
            yield f"{name} cannot be played to its end ({type(cause).__name__})"
    for seen in machine.seen:
        if not must and not _NAMED.fullmatch(seen):  # source code that begins with `class` is no lookup
            continue
        if standing(*seen.split(" ", 1)) is not Standing.PLAIN and not seen.startswith(_OWN):
            yield seen.replace(" ", ".", 1)


def _of_zip(raw: bytes) -> Iterator[str]:
    streamed = dict(_members(raw))
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            listed = set(archive.namelist())
    except Exception as cause:
        yield f"the archive's directory cannot be read ({type(cause).__name__})"
        return
    for name in sorted(listed ^ set(streamed)):
        yield f"the member {name} is in the archive's {'directory' if name in listed else 'body'} only"
    for name, body in streamed.items():
        if body[:4] == b"PK\x03\x04":
            yield from _of_zip(body)
        else:
            yield from _of_bytes(body, name, must=name.endswith(_PICKLES))


def _members(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each member, read from its local header onwards."""
    at = 0
    while raw[at : at + 4] == b"PK\x03\x04" and at + _LOCAL.size <= len(raw):
        _, _, flags, method, _, _, _, packed, _, n_name, n_extra = _LOCAL.unpack_from(raw, at)
        start = at + _LOCAL.size + n_name + n_extra
        name = raw[at + _LOCAL.size : at + _LOCAL.size + n_name].decode("utf-8", "replace")
        if packed == 0xFFFFFFFF:  # zip64: the sizes lie in the extra field, the packed one second
            packed = _zip64(raw[start - n_extra : start])
        if flags & 8 and not packed:
            packed = _streamed_size(raw, start, method)
        body = raw[start : start + packed]
        yield name, zlib.decompressobj(-15).decompress(body, _ROOM) if method == 8 else body
        at = start + packed
        if flags & 8:
            at = _past_descriptor(raw, at)


def _zip64(extra: bytes) -> int:
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == 1 and size >= 16:
            return int(struct.unpack_from("<Q", extra, at + 12)[0])
        at += 4 + size
    return 0


def _streamed_size(raw: bytes, start: int, method: int) -> int:
    """Packed size of a member whose header leaves it open: where deflate ends, or where its descriptor begins."""
    if method == 8:
        machine = zlib.decompressobj(-15)
        machine.decompress(raw[start:], _ROOM)
        return len(raw) - start - len(machine.unused_data)
    at = raw.find(b"PK\x07\x08", start)
    while at >= 0:
        narrow, wide = (struct.unpack_from(f, raw.ljust(at + 24, b"\0"), at + 8)[0] for f in ("<I", "<Q"))
        if at - start in (narrow, wide):
            return at - start
        at = raw.find(b"PK\x07\x08", at + 1)
    return 0


def _past_descriptor(raw: bytes, at: int) -> int:
    """The byte after a member's descriptor: 16 bytes, or 24 in zip64."""
    if raw[at : at + 4] != b"PK\x07\x08":
        return at
    return next((at + n for n in (16, 24) if raw[at + n : at + n + 2] == b"PK"), at + 16)


def _text(name: object) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
