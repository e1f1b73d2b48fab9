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
    """The files whose SHA-256 no component of the bill has, or only components of another name while one of theirs is
    listed with another digest. Raises `UsageError` when it is no bill."""
    try:
        bill = json.loads(text_of(path, "the bill of materials"))
    except (ValueError, RecursionError):
        bill = None
    if not isinstance(bill, dict) or bill.get("bomFormat") != "CycloneDX":
        raise UsageError(f"{path.name} is no bill of materials in the CycloneDX format (JSON)")
    listed: dict[str, set[str]] = {}
    for name, digest in _digests(bill.get("components"), _DEPTH):
        listed.setdefault(name, set()).add(digest)
    return tuple(f for f in files if f.sha256 not in _of(f, listed))


def _of(file: AssetFile, listed: dict[str, set[str]]) -> set[str]:
    """The digests that speak of a file: those under its name, then under its asset's; all, in a bill that has neither,
    whose maker calls files otherwise."""
    for name in (file.name, file.asset):
        if name in listed:
            return listed[name]
    return set().union(*listed.values())


def _digests(components: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Name of a component, digest of what it stands for."""
    for component in components if isinstance(components, list) and depth else ():
        if not isinstance(component, dict):
            continue
        hashes = component.get("hashes")
        for digest in hashes if isinstance(hashes, list) else ():
            if isinstance(digest, dict) and digest.get("alg") == "SHA-256":
                yield str(component.get("name")), str(digest.get("content", "")).lower()
        yield from _digests(component.get("components"), depth - 1)
