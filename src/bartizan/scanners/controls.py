"""Files on which the truth is known: some that would run code or hide what they are, some that hold numbers only.

They are written at run time into a folder that goes when the process ends; none of them is kept in the tree.
"""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Data, Roles
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

MARK = "the-payload-ran"  # the folder that every payload here would make


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="bartizan-control-")


def folder() -> Path:
    """Where the control files lie. It goes when the process ends."""
    return Path(_folder().name)


def payload(mark: Path) -> bytes:
    """A pickle (protocol 0) that would make the folder `mark` when it is opened."""
    return f"cos\nmkdir\n(V{mark}\ntR.".encode()


def hidden_payload(mark: Path) -> bytes:
    """The same (protocol 4), with the names put together on the stack and recalled from the memo."""
    word = b"\x8c" + bytes([len(str(mark).encode())]) + str(mark).encode()
    return b"\x80\x04\x8c\x05mkdir\x94\x8c\x02os\x940h\x01h\x00\x93" + word + b"\x85R."


def malicious_files() -> tuple[str, ...]:
    """Six files that must not pass: two payloads, one in a checkpoint, one disguised, one cut off, one with objects."""
    mark, into = folder() / MARK, folder()
    whole = _safetensors()
    checkpoint = io.BytesIO()
    with zipfile.ZipFile(checkpoint, "w") as archive:
        archive.writestr("model/data.pkl", hidden_payload(mark))
        archive.writestr("model/version", "3\n")
    objects = b"\x93NUMPY\x01\x00" + _npy_header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")
    return _written(
        into,
        {
            "payload.pkl": payload(mark),
            "hidden.bin": hidden_payload(mark),
            "checkpoint.pt": checkpoint.getvalue(),
            "disguised.safetensors": payload(mark),
            "cut.safetensors": whole[:-3],
            "objects.npy": objects + hidden_payload(mark),
        },
    )


def benign_files() -> tuple[str, ...]:
    """Two files of numbers, which must pass."""
    archive = io.BytesIO()
    np.savez(archive, x=np.zeros((2, 3), np.float32), y=np.zeros(2, np.int64))
    return _written(folder(), {"weights.safetensors": _safetensors(), "data.npz": archive.getvalue()})


def malicious() -> Control:
    """Every one of the files must be flagged."""
    return _control("files that run code or hide what they are", "positive", malicious_files, 1.0)


def benign() -> Control:
    """None of the files may be flagged."""
    return _control("files that hold numbers only", "negative", benign_files, 0.0)


def _control(
    name: str, kind: Literal["positive", "negative"], paths: Callable[[], tuple[str, ...]], threshold: float
) -> Control:
    return Control(
        name=name,
        kind=kind,
        target=lambda: LinearTarget(np.eye(2)),
        roles=lambda: Roles(Data.of(np.zeros((0, 2), np.float32), np.zeros(0, np.int64))),
        access=Access(capabilities=(Capability.FILES,)),
        budget=Budget(),
        params={},
        harm="refused_files",
        threshold=threshold,
        paths=paths,
    )


def _written(into: Path, files: dict[str, bytes]) -> tuple[str, ...]:
    for name, raw in files.items():
        (into / name).write_bytes(raw)
    return tuple(str(into / name) for name in files)


def _safetensors() -> bytes:
    header = b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + np.zeros(2, np.float32).tobytes()


def _npy_header(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\n"
