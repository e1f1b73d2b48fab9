"""One record on disk: a folder with `record.json` and, when there are arrays, `arrays.safetensors`.

A folder is written under a temporary name and then renamed, so that it is there whole or not at all. The record
carries the digest of its own body and of its arrays; whatever does not match is not believed.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.base import canonical_json
from bartizan.core.errors import StoreError

Arrays = Mapping[str, NDArray[np.generic]]


class Damaged(Exception):
    """The folder does not hold what was written into it."""


def write(folder: Path, body: dict[str, Any], arrays: Arrays, clock: dict[str, Any]) -> None:
    """Write a record, replacing an older one. Raises `StoreError` when the disk is full or read-only."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        blob = _pack(arrays)
        if blob:
            (temporary / "arrays.safetensors").write_bytes(blob)
        record = {"body": body, "body_sha256": _sha(canonical_json(body).encode()), "arrays_sha256": _sha(blob)}
        (temporary / "record.json").write_text(canonical_json({**record, "clock": clock}), encoding="utf-8")
        _replace(temporary, folder)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise StoreError(explain(error, folder.parent)) from error


Contents = tuple[dict[str, Any], dict[str, NDArray[np.generic]], dict[str, Any]]


def read(folder: Path) -> Contents:
    """Body, arrays and clock. Raises `FileNotFoundError` when there is no record, `Damaged` when it is broken."""
    text = (folder / "record.json").read_bytes()
    try:
        record = json.loads(text)
        body, clock = record["body"], record["clock"]
        whole = record["body_sha256"] == _sha(canonical_json(body).encode())
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{folder.name}: the record cannot be read") from error
    if not whole:
        raise Damaged(f"{folder.name}: the record was changed after it was written")
    return body, _unpack(folder, record["arrays_sha256"]), clock


def explain(error: OSError, where: Path) -> str:
    """What went wrong with the disk, and what to do about it."""
    if error.errno == errno.ENOSPC:
        return f"the disk that holds the evidence store {where} is full; free some room and run the same command again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"the evidence store {where} cannot be written (read-only, or not yours); choose another with --store"
    return f"the evidence store {where} cannot be written: {error.strerror or error}"


def _pack(arrays: Arrays) -> bytes:
    if not arrays:
        return b""
    from safetensors.numpy import save

    return bytes(save({name: np.ascontiguousarray(a) for name, a in sorted(arrays.items())}))


def _unpack(folder: Path, digest: str) -> dict[str, NDArray[np.generic]]:
    path = folder / "arrays.safetensors"
    blob = path.read_bytes() if path.exists() else b""
    if _sha(blob) != digest:
        raise Damaged(f"{folder.name}: the arrays were changed after they were written")
    if not blob:
        return {}
    from safetensors.numpy import load

    return dict(load(blob))


def _replace(temporary: Path, folder: Path) -> None:
    if folder.exists():
        old = folder.with_name(f".{folder.name}.old.{os.getpid()}")
        folder.rename(old)
        temporary.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        temporary.rename(folder)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
