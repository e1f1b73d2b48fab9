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


class Unfit(Exception):
    """What was to be written is no plain data: numbers, text, lists and mappings, and arrays of numbers."""


def write(folder: Path, body: dict[str, Any], arrays: Arrays, clock: dict[str, Any]) -> None:
    """Write a record, replacing an older one. Raises `StoreError` when the disk is full or read-only, and `Unfit`
    before anything is touched."""
    blob, text = _packed(body, arrays, clock)
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        if blob:
            (temporary / "arrays.safetensors").write_bytes(blob)
        (temporary / "record.json").write_bytes(text)
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
        body, clock, arrays = record["body"], record["clock"], record["arrays_sha256"]
        whole = record["body_sha256"] == _sha(canonical_json(body).encode())
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Damaged(f"{folder.name}: the record cannot be read") from error
    if not (whole and isinstance(body, dict) and isinstance(clock, dict)):
        raise Damaged(f"{folder.name}: the record was changed after it was written")
    return body, _unpack(folder, arrays), clock


def recover(folder: Path) -> None:
    """Tidy a folder of records after a run that was killed: half-written ones go, a record that was just being
    replaced comes back."""
    for entry in list(os.scandir(folder)):
        name, _, rest = entry.name[1:].partition(".")
        if not entry.name.startswith("."):
            continue
        if rest.startswith("old.") and not (folder / name).exists():
            os.rename(entry.path, folder / name)
        else:
            shutil.rmtree(entry.path, ignore_errors=True)


def explain(error: OSError, where: Path) -> str:
    """What went wrong with the disk, and what to do about it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk that holds the evidence store {where} is full; free some room and run the same command again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"the evidence store {where} cannot be written (read-only, or not yours); choose another with --store"
    why = error.strerror or error
    return f"the evidence store {where} cannot be written: {why}; mend that, or choose another with --store"


def _packed(body: dict[str, Any], arrays: Arrays, clock: dict[str, Any]) -> tuple[bytes, bytes]:
    odd = [name for name, a in arrays.items() if a.dtype.kind not in "biuf"]
    if odd:
        raise Unfit(f"the array {odd[0]!r} holds {arrays[odd[0]].dtype}, not numbers")
    blob = _pack(arrays)
    try:
        record = {"body": body, "body_sha256": _sha(canonical_json(body).encode()), "arrays_sha256": _sha(blob)}
        return blob, canonical_json({**record, "clock": clock}).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Unfit(f"it cannot be written as JSON ({error})") from error


def _pack(arrays: Arrays) -> bytes:
    if not arrays:
        return b""
    from safetensors.numpy import save

    return bytes(save({name: np.asarray(a, order="C") for name, a in sorted(arrays.items())}))


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
