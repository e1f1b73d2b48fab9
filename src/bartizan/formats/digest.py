"""SHA-256 of files and of whatever else identifies a subject."""

from __future__ import annotations

import hashlib
from pathlib import Path

_CHUNK = 1 << 20


def file_digest(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal."""
    h = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_CHUNK):
            h.update(block)
    return h.hexdigest()


def digest_of(*parts: str) -> str:
    """SHA-256 over the parts, each led by its length, so that no two lists of parts run together."""
    h = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        h.update(f"{len(raw)}:".encode() + raw)
    return h.hexdigest()
