"""The referee of scanners: reads the same files again in its own way and holds the verdicts against what it sees."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.contracts import Family, PluginSpec, Referee
from bartizan.core.data import Roles
from bartizan.core.errors import UnsafeFileError
from bartizan.core.target import Target
from bartizan.formats.bounded import checked_zip, member
from bartizan.formats.digest import file_digest
from bartizan.formats.model_scan import inspect_file
from bartizan.formats.verdict import Verdict

from .file_rows import Read, for_review, rows
from .second_inventory import remeasured
from .second_look import names_run
from .second_pass import second_pass


class ScannerReferee(Referee):
    """A file is malicious when a known way to do harm is in it, and needs review when either way of reading it speaks
    against it all the same. Where the two ways disagree, the result is flagged."""

    spec: ClassVar[PluginSpec] = PluginSpec(
        id="scanners",
        version=5,
        title="Referee of scanners",
        summary="Reads every file again by a second method and checks each reason at the byte it names.",
        references=("atlas",),
    )
    family: ClassVar[Family] = "scanners"
    also: ClassVar[tuple[str, ...]] = ("refused_files", "weak_dependencies")

    def measure(self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
        """Over the files the runner handed out, whatever the scanner names: `unsafe_files` (malicious), `refused_files`
        (malicious or in need of review), `claimed_unsafe` (what the scanner refused) and a `file_verdict` a file."""
        if artifact.kind == "provenance":
            return remeasured(artifact)
        if artifact.kind == "suspects":
            return second_pass(roles, artifact, seed)
        told = _verdicts(artifact)
        paths = artifact.watched.paths
        read = [_read(Path(p)) for p in paths]
        unsafe = np.array([r.verdict is Verdict.MALICIOUS for r in read], dtype=np.bool_)
        refused = np.array([r.verdict is not Verdict.APPROVED for r in read], dtype=np.bool_)
        claimed = np.array([bool(told[p]["reasons"]) for p in paths if p in told], dtype=np.bool_)
        flags = [f for p, r in zip(paths, read, strict=True) for f in _disputes(Path(p), told.get(p), r.against)]
        counts = {"unsafe_files": unsafe, "refused_files": refused, "claimed_unsafe": claimed}
        return Measured(
            measurements=(*(_counted(name, counted) for name, counted in counts.items()), *rows(read)),
            arrays={"reached": unsafe},
            flags=(*flags, *for_review(read)),
        )


def _verdicts(artifact: Artifact) -> dict[str, dict[str, Any]]:
    """The scanner's verdict on each file it names, where it is one: with reasons, each with a place, and a digest."""
    claims = artifact.claims.get("files", [])
    told = [c for c in claims if isinstance(c, dict)] if isinstance(claims, list) else []
    return {str(c["path"]): c for c in told if {"path", "reasons", "sha256"} <= c.keys()}


def _read(path: Path) -> Read:
    """The file by both ways of reading it. Never raises on what is in it."""
    first = inspect_file(path)
    if not path.is_file():
        return Read(first, ())
    try:
        return Read(first, names_run(path))
    except Exception as cause:
        return Read(first, (f"it cannot be followed ({type(cause).__name__})",))


def _disputes(path: Path, claim: dict[str, Any] | None, seen: tuple[str, ...]) -> list[Flag]:
    if claim is None:
        return [Flag(id="verdict_missing", detail=f"{path.name} was handed to the scanner, which says nothing of it")]
    if bool(claim["reasons"]) != bool(seen):
        said = "passed" if not claim["reasons"] else "refused"
        return [
            Flag(id="verdict_disputed", detail=f"{path.name} was {said}; the referee found: {'; '.join(seen)[:200]}")
        ]
    if path.is_file() and file_digest(path) != claim["sha256"]:
        return [Flag(id="file_changed", detail=f"{path.name} is not the file that was scanned any more")]
    wrong = [r for r in claim["reasons"] if not _holds(path, r)]
    return [Flag(id="reason_not_found", detail=f"{path.name}, byte {r['offset']}: {r['text']}"[:300]) for r in wrong]


def _holds(path: Path, reason: dict[str, Any]) -> bool:
    """Whether the looked-up name a reason speaks of really stands at, or is put together before, the byte it names."""
    _, found, rest = str(reason["text"]).partition("it would look up ")
    if not found:
        return True
    name = rest.partition(",")[0].rpartition(".")[2].encode()
    raw = _bytes(path, str(reason["member"]))
    offset = int(reason["offset"])
    return name in raw[: offset + 4096] and raw[offset : offset + 1] in (b"c", b"i", b"\x93")


def _bytes(path: Path, name: str) -> bytes:
    if not name:
        return path.read_bytes()
    try:
        with checked_zip(path) as archive:
            return member(archive, archive.getinfo(name))
    except (UnsafeFileError, KeyError, zipfile.BadZipFile):
        return b""


def _counted(estimand: str, unsafe: Any) -> Measurement:
    """A full count needs no interval; where nothing was counted, nothing is known."""
    n = len(unsafe)
    share = float(np.mean(unsafe)) if n else 0.0
    low, high = (share, share) if n else (0.0, 1.0)
    return Measurement(estimand=estimand, unit="file", n=n, method="full count", value=share, low=low, high=high)
