"""in-toto statements (https://in-toto.io/Statement/v1): files by their digests, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .envelope import NotVerified
from .files import AssetFile

STATEMENT = "https://in-toto.io/Statement/v1"


@dataclass(frozen=True)
class Statement:
    """What a signer said. subjects: SHA-256 by name."""

    subjects: Mapping[str, str]
    predicate_type: str
    predicate: Mapping[str, Any]


def statement(files: Iterable[AssetFile], predicate_type: str, predicate: Mapping[str, Any]) -> dict[str, Any]:
    """The payload to be signed, subjects in the order of the files."""
    return {
        "_type": STATEMENT,
        "subject": [{"name": f.name, "digest": {"sha256": f.sha256}} for f in files],
        "predicateType": predicate_type,
        "predicate": dict(predicate),
    }


def understood(payload: dict[str, Any], name: str) -> Statement:
    """The statement in an opened envelope. Raises `NotVerified` when it is of another kind."""
    subjects = payload.get("subject")
    if payload.get("_type") != STATEMENT or not isinstance(subjects, list):
        kind = str(payload.get("_type", "nothing"))[:60]
        raise NotVerified(f"{name} is signed, and is no in-toto statement of version 1 but {kind!r}")
    found: dict[str, str] = {}
    for subject in subjects:
        digest = subject.get("digest") if isinstance(subject, dict) else None
        if not isinstance(digest, dict) or not isinstance(digest.get("sha256"), str):
            raise NotVerified(f"{name} is signed, and speaks of something without its SHA-256")
        called = str(subject.get("name", ""))
        if called in found:
            raise NotVerified(f"{name} is signed, and speaks of {called} twice; have it made again with each file once")
        found[called] = digest["sha256"].lower()
    predicate = payload.get("predicate")
    return Statement(found, str(payload.get("predicateType", "")), predicate if isinstance(predicate, dict) else {})


def hold(said: Statement, name: str, files: Iterable[AssetFile], *, all_of: bool = True) -> None:
    """Raise `NotVerified` for the first file that is not what the statement says, or (`all_of`) that it leaves out."""
    known = {f.name: f for f in files}
    for subject, digest in said.subjects.items():
        file = known.get(subject)
        if file is None:
            raise NotVerified(f"{name} speaks of {subject}, which the description does not name")
        if file.sha256 != digest:
            raise NotVerified(
                f"{subject} is not the file that was signed in {name}"
                f" (SHA-256 {file.sha256[:12]}…, signed {digest[:12]}…)"
            )
    left_out = [f for f in known if f not in said.subjects] if all_of else []
    if left_out:
        more = f" and {len(left_out) - 1} more" if len(left_out) > 1 else ""
        raise NotVerified(f"{name} says nothing of {left_out[0]}{more}; sign the files again")
