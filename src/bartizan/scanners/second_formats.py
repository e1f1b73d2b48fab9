"""The second look at what is no pickle: by other people's parsers where they are installed, and by plain search.

Nothing here is shared with the readers in `formats`. Parsers of safetensors and protobuf read headers and messages;
they run nothing.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

_ROOM = 256 << 20
_MEMBERS = 10_000
_HIDDEN = re.compile(
    rb"__(?:class|globals|init|mro|subclasses|builtins|base|import|getattribute)__|\b(?:cycler|lipsum)\b"
)
_OWN_DOMAINS = re.compile(r"(?:ai\.onnx.*|com\.microsoft.*|)")
_UNPACK: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b": lambda raw: gzip.GzipFile(fileobj=io.BytesIO(raw)).read(_ROOM),
    b"BZ": lambda raw: bz2.BZ2Decompressor().decompress(raw, _ROOM),
    b"\xfd7": lambda raw: lzma.LZMADecompressor().decompress(raw, _ROOM),
    b"\x5d\x00": lambda raw: lzma.LZMADecompressor().decompress(raw, _ROOM),
    **{b"\x78" + bytes([n]): lambda raw: zlib.decompressobj().decompress(raw, _ROOM) for n in (0x01, 0x5E, 0x9C, 0xDA)},
}


def unpacked(raw: bytes) -> bytes | None:
    """What is packed in the bytes, or None where they are not packed as a whole."""
    unpack = _UNPACK.get(raw[:2])
    if unpack is None:
        return None
    try:
        return unpack(raw)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
        return None


def tar_members(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the files in a tar archive; nothing where the bytes are none."""
    if raw[257:262] != b"ustar":
        return
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        for count, info in enumerate(archive):
            if count >= _MEMBERS:
                return
            body = archive.extractfile(info) if info.isreg() else None
            if body is not None:
                yield info.name, body.read(_ROOM)


def speaks_against(path: Path, raw: bytes) -> Iterator[str]:
    """What is wrong with a file of one of these formats."""
    if raw[8:9] == b"{" and raw[6:8] == b"\0\0":
        yield from _safetensors(path)
    elif raw[:1] == b"\x08":
        yield from _onnx(raw)
    elif raw[:4] == b"GGUF" or raw.lstrip()[:1] == b"{" or path.suffix == ".jinja":
        yield from _template(raw)


def _safetensors(path: Path) -> Iterator[str]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            file.keys()
    except (SafetensorError, OSError) as cause:
        yield f"the library safetensors refuses it ({str(cause)[:80]})"


def _onnx(raw: bytes) -> Iterator[str]:
    try:
        import onnx
        from google.protobuf.message import DecodeError  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        return
    try:
        model = onnx.load_model_from_string(raw)
    except (DecodeError, ValueError) as cause:
        yield f"protobuf cannot read it ({type(cause).__name__})"
        return
    own = {f.domain for f in model.functions}
    for node in [*model.graph.node, *(n for f in model.functions for n in f.node)]:
        if node.domain not in own and not _OWN_DOMAINS.fullmatch(node.domain):
            yield f"the operator {node.domain}::{node.op_type} is not ONNX's"
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location" and (entry.value.startswith("/") or ".." in entry.value):
                yield f"it reads {entry.value[:80]}"


def _template(raw: bytes) -> Iterator[str]:
    if b"{%" in raw or b"{{" in raw:
        yield from (f"its template has {found.decode()}" for found in dict.fromkeys(_HIDDEN.findall(raw)))
