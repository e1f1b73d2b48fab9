"""Pieces that files are put together from: opcodes, protobuf fields, headers, archives."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Content = bytes | dict[str, bytes]


@dataclass(frozen=True)
class Trick:
    """files: name to bytes, the file to be judged first. family, format: what it is counted under."""

    family: str
    format: str
    name: str
    files: dict[str, bytes]


Maker = Callable[[str], Iterable[tuple[str, Content]]]
Makers = list[tuple[str, str, Maker]]


def register(makers: Makers, family: str, format: str) -> Callable[[Maker], Maker]:
    """A maker yields `file name, bytes` or `name, {file name: bytes}`; its payload makes the folder it is given."""

    def keep(maker: Maker) -> Maker:
        makers.append((family, format, maker))
        return maker

    return keep


def made(makers: Makers, mark: str) -> Iterator[Trick]:
    """All tricks of these makers."""
    for family, format, maker in makers:
        for name, content in maker(mark):
            yield Trick(family, format, name, content if isinstance(content, dict) else {name: content})


def text(value: str) -> bytes:
    """A text pushed as BINUNICODE."""
    raw = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(raw)) + raw


def short(value: str) -> bytes:
    """A text pushed as SHORT_BINUNICODE."""
    raw = value.encode()
    return b"\x8c" + bytes([len(raw)]) + raw


def name(module: str, attribute: str) -> bytes:
    """GLOBAL."""
    return f"c{module}\n{attribute}\n".encode()


def stacked(module: str, attribute: str) -> bytes:
    """The same by STACK_GLOBAL."""
    return short(module) + short(attribute) + b"\x93"


def call(callable_: bytes, *arguments: bytes) -> bytes:
    """REDUCE of a callable with arguments, each given as opcodes."""
    return callable_ + b"(" + b"".join(arguments) + b"tR"


def pickled(body: bytes, protocol: int = 4) -> bytes:
    """A whole pickle around a body."""
    return b"\x80" + bytes([protocol]) + body + b"."


def mkdir(mark: str) -> bytes:
    """The plain payload, as opcodes."""
    return call(name("os", "mkdir"), text(mark))


def code(mark: str) -> str:
    """The payload as Python text."""
    return f"__import__('os').mkdir({mark!r})"


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED, *, comment: bytes = b"") -> bytes:
    """A zip archive with these members, dated 1980."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for member, body in members.items():
            archive.writestr(zipfile.ZipInfo(member), body, compress_type=method)
        archive.comment = comment
    return out.getvalue()


def checkpoint(data: bytes, more: dict[str, bytes] | None = None, *, root: str = "archive") -> bytes:
    """What torch.save writes, around a pickle."""
    members = {"data.pkl": data, "byteorder": b"little", "data/0": b"\0" * 16, "version": b"3\n"}
    return zipped({f"{root}/{k}": v for k, v in {**members, **(more or {})}.items()})


def npy(descr: str, shape: tuple[int, ...], body: bytes) -> bytes:
    """A NumPy array file."""
    head = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + body


def safetensors(header: str | dict[str, Any], body: bytes, *, length: int | None = None) -> bytes:
    """A safetensors file with this header."""
    raw = (header if isinstance(header, str) else json.dumps(header)).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + body


def varint(value: int) -> bytes:
    """A protobuf number."""
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def field(number: int, value: bytes | str | int) -> bytes:
    """A protobuf field."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def node(op: str, inputs: Iterable[str], outputs: Iterable[str], *, domain: str = "", attributes: bytes = b"") -> bytes:
    """An ONNX node; `attributes` are whole fields."""
    raw = b"".join(field(1, i) for i in inputs) + b"".join(field(2, o) for o in outputs) + field(4, op) + attributes
    return raw + (field(7, domain) if domain else b"")


def value_info(called: str, *dims: int) -> bytes:
    """An ONNX input or output of float32."""
    shape = b"".join(field(1, field(1, d)) for d in dims)
    return field(1, called) + field(2, field(1, field(1, 1) + field(2, shape)))


def tensor(called: str, dims: Iterable[int], raw: bytes = b"", more: bytes = b"") -> bytes:
    """An ONNX tensor of float32."""
    return b"".join(field(1, d) for d in dims) + field(2, 1) + field(8, called) + (field(9, raw) if raw else b"") + more


def external(called: str, dims: Iterable[int], **entries: str) -> bytes:
    """An ONNX tensor whose data lie in another file."""
    more = b"".join(field(13, field(1, k) + field(2, v)) for k, v in entries.items()) + field(14, 1)
    return tensor(called, dims, b"", more)


def onnx(
    nodes: Iterable[bytes],
    tensors: Iterable[bytes] = (),
    *,
    ir: int = 8,
    opset: int = 17,
    functions: Iterable[bytes] = (),
    domains: Iterable[str] = (),
    inputs: Iterable[bytes] | None = None,
) -> bytes:
    """An ONNX model from x to y."""
    given = [value_info("x", 1, 4)] if inputs is None else inputs
    graph = b"".join(field(1, n) for n in nodes) + field(2, "g") + b"".join(field(5, t) for t in tensors)
    graph += b"".join(field(11, v) for v in given) + field(12, value_info("y", 1, 4))
    opsets = field(8, field(1, "") + field(2, opset)) + b"".join(field(8, field(1, d) + field(2, 1)) for d in domains)
    return field(1, ir) + field(2, "made") + field(7, graph) + opsets + b"".join(field(25, f) for f in functions)


def keras_zip(config: dict[str, Any], more: dict[str, bytes] | None = None) -> bytes:
    """A .keras archive around a configuration (the weights are left out)."""
    members = {
        "metadata.json": json.dumps({"keras_version": "3.5.0"}).encode(),
        "config.json": json.dumps(config).encode(),
    }
    return zipped({**members, **(more or {})})


def keras_layer(
    cls: str, config: dict[str, Any], *, module: str = "keras.layers", registered: Any = None
) -> dict[str, Any]:
    """A layer as Keras 3 writes it."""
    return {"module": module, "class_name": cls, "config": config, "registered_name": registered}


def keras_model(*layers: dict[str, Any]) -> dict[str, Any]:
    """A sequential model of these layers."""
    first = keras_layer("InputLayer", {"batch_shape": [None, 4], "dtype": "float32", "name": "in"})
    return keras_layer("Sequential", {"name": "m", "layers": [first, *layers]}, module="keras")


def gguf_text(value: str | bytes) -> bytes:
    """A GGUF string."""
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(raw)) + raw


def gguf(
    pairs: dict[str, str | int | list[str]],
    *,
    tensors: bytes = b"",
    n_tensors: int = 0,
    n_pairs: int | None = None,
    version: int = 3,
    body: bytes = b"",
) -> bytes:
    """A GGUF file; texts, 32-bit numbers and arrays of texts as values."""
    out = b"GGUF" + struct.pack("<IQQ", version, n_tensors, len(pairs) if n_pairs is None else n_pairs)
    for key, value in pairs.items():
        out += gguf_text(key)
        if isinstance(value, str):
            out += struct.pack("<I", 8) + gguf_text(value)
        elif isinstance(value, int):
            out += struct.pack("<II", 4, value)
        else:
            out += struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(gguf_text, value))
    out += tensors
    return out + b"\0" * (-len(out) % 32) + body
