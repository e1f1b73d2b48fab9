"""Whether a CycloneDX file lists the files as they are. Read as JSON: no library is needed to check."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bartizan.core.errors import UsageError
from bartizan.formats.locks.text import text_of

from .files import AssetFile

_DEPTH = 16


def not_listed(path: Path, files: Sequence[AssetFile]) -> tuple[AssetFile, ...]:
    """The files whose SHA-256 no component of the bill has. Raises `UsageError` when it is no bill."""
    try:
        bill = json.loads(text_of(path, "the bill of materials"))
    except (ValueError, RecursionError):
        bill = None
    if not isinstance(bill, dict) or bill.get("bomFormat") != "CycloneDX":
        raise UsageError(f"{path.name} is no bill of materials in the CycloneDX format (JSON)")
    listed = set(_digests(bill.get("components"), _DEPTH))
    return tuple(f for f in files if f.sha256 not in listed)


def _digests(components: Any, depth: int) -> Iterator[str]:
    for component in components if isinstance(components, list) and depth else ():
        if not isinstance(component, dict):
            continue
        hashes = component.get("hashes")
        for digest in hashes if isinstance(hashes, list) else ():
            if isinstance(digest, dict) and digest.get("alg") == "SHA-256":
                yield str(digest.get("content", "")).lower()
        yield from _digests(component.get("components"), depth - 1)
