"""The referee's own look at provenance: which files something speaks for, read anew and by other code.

Digests are worked out by the standard library's own reader, the list and the statements are taken apart here; a
signature counts when its key holds for the very bytes the digests are then read from.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.formats.description import Description, read_system
from bartizan.provenance.files import AssetFile, asset_files
from bartizan.provenance.gap import Gap
from bartizan.provenance.gaps import inventory
from bartizan.provenance.model_signatures import signature_holds


def remeasured(artifact: Artifact) -> Measured:
    """Over the files the runner handed out: `unaccounted_files`, `weak_dependencies`, and one `provenance_gap` each.

    A file counts as unaccounted when either way of looking says so; where they disagree, the result is flagged.
    """
    described, *handed = artifact.watched.paths
    description = read_system(described)
    files = [f for f in asset_files(description) if str(f.path) in set(handed)]
    seen = {name for name, digests in _spoken_for(description, files).items() if digests}
    found = inventory(description, files)
    first = np.asarray(found.unaccounted, np.bool_)
    second = np.array([f.name not in seen for f in files], np.bool_)
    claimed = artifact.claims.get("files")
    told = claimed if isinstance(claimed, dict) else {}
    return Measured(
        measurements=(
            _share("unaccounted_files", "file", int((first | second).sum()), len(files)),
            _share("weak_dependencies", "dependency", *found.weak),
            *(_gap(g) for g in found.gaps),
        ),
        arrays={"reached": first | second},
        flags=tuple(_disputes(files, first, second, told, artifact)),
    )


def _disputes(
    files: list[AssetFile], first: Any, second: Any, told: dict[str, Any], artifact: Artifact
) -> Iterator[Flag]:
    said = np.asarray(artifact.arrays.get("unaccounted", np.zeros(0)), np.bool_)
    for i, file in enumerate(files):
        if file.name not in told:
            yield Flag(id="verdict_missing", detail=f"{file.name} was handed to the scanner, which says nothing of it")
        elif told[file.name] != file.sha256:
            yield Flag(id="file_changed", detail=f"{file.name} is not the file that was scanned any more")
        elif first[i] != second[i] or len(said) != len(files) or said[i] != first[i]:
            yield Flag(id="verdict_disputed", detail=f"two ways of reading what speaks for {file.name} disagree")


def _spoken_for(description: Description, files: list[AssetFile]) -> dict[str, set[str]]:
    """For each file, the ways that give its digest; none where one gives another."""
    ways: dict[str, set[str]] = {f.name: set() for f in files}
    refuted: set[str] = set()
    for way, digests in _listed(description, files):
        for file in files:
            if file.name in digests:
                same = digests[file.name] == _digest(file.path)
                (ways[file.name].add(way) if same else refuted.add(file.name))
    return {name: found if name not in refuted else set() for name, found in ways.items()}


def _listed(description: Description, files: list[AssetFile]) -> Iterator[tuple[str, dict[str, str]]]:
    provenance = description.system.provenance
    yield "description", {f.name: f.stated for f in files if f.stated is not None}
    if provenance.digests:
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            listed = json.loads(description.resolve(provenance.digests).read_bytes())["files"]
            yield provenance.digests, {name: str(one["sha256"]) for name, one in listed.items()}
    for named in provenance.statements:
        with suppress(Exception):  # whatever a hostile statement causes, it speaks for nothing
            yield named, _signed(description.resolve(named), description.resolve(str(provenance.key)))
    for model, named in provenance.model_signatures.items():
        load = next((m.load for m in description.system.assets.models if m.id == model), None)
        own = [f for f in files if load and load.file and f.path.samefile(description.resolve(load.file))]
        with suppress(Exception):
            signature_holds(description.resolve(named), description.resolve(str(provenance.model_key)), own[0].path)
            yield named, {f.name: _digest(f.path) for f in own}


def _signed(path: Path, key: Path) -> dict[str, str]:
    """Digests in a statement whose signature holds. Raises whatever is wrong with it."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    envelope = json.loads(path.read_bytes())
    body, kind = base64.urlsafe_b64decode(_url_safe(envelope["payload"])), envelope["payloadType"].encode()
    message = b" ".join((b"DSSEv1", str(len(kind)).encode(), kind, str(len(body)).encode(), body))
    public: Any = load_pem_public_key(key.read_bytes())
    errors = []
    for signature in envelope["signatures"]:
        try:
            public.verify(base64.urlsafe_b64decode(_url_safe(signature["sig"])), message)
        except Exception as error:
            errors.append(error)
        else:
            return {s["name"]: s["digest"]["sha256"] for s in json.loads(body)["subject"]}
    raise errors[0]


def _url_safe(text: str) -> str:
    return text.replace("+", "-").replace("/", "_")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _share(estimand: str, unit: str, some: int, n: int) -> Measurement:
    """A full count needs no interval; where nothing was counted, nothing is known."""
    share = some / n if n else 0.0
    low, high = (share, share) if n else (0.0, 1.0)
    return Measurement(estimand=estimand, unit=unit, n=n, method="full count", value=share, low=low, high=high)


def _gap(gap: Gap) -> Measurement:
    at = gap.model_dump(mode="json", exclude={"count"})
    n = gap.count
    return Measurement(estimand="provenance_gap", unit="piece", n=n, method="full count", value=n, low=n, high=n, at=at)
