"""`Store`: artifacts and evidence by their keys, one writer at a time.

<root>/artifacts/<key>/   what an attack made          {record.json, arrays.safetensors}
<root>/evidence/<key>/    what its referee measured    {record.json, arrays.safetensors}
<root>/damaged/           folders that failed their digest, kept for whoever wants to look
<root>/index.sqlite       a disposable list of the evidence, rebuilt from the folders when out of step
"""

from __future__ import annotations

import fcntl
import os
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from bartizan.core.artifact import Artifact
from bartizan.core.errors import StoreError
from bartizan.core.evidence import Evidence

from . import record


class Store:
    """Use as a context manager to write; reading needs no lock.

    Raises `StoreError` when the folder cannot be made or written, or when another run holds it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.damaged: list[str] = []
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        try:
            for name in ("artifacts", "evidence"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
            self._lock = (self.root / ".lock").open("a+")
        except OSError as error:
            raise StoreError(record.explain(error, self.root)) from error
        self._take_lock(self._lock)
        for name in ("artifacts", "evidence"):
            record.recover(self.root / name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def put_artifact(self, key: str, artifact: Artifact, body: dict[str, Any], clock: dict[str, Any]) -> None:
        """Keep what an attack made. `body` adds its cost."""
        whole = {**body, "kind": artifact.kind, "claims": artifact.claims}
        record.write(self.root / "artifacts" / key, whole, artifact.arrays, clock)

    def artifact(self, key: str) -> tuple[Artifact, dict[str, Any]] | None:
        """The artifact with this key and the rest of its record, or None."""
        found = self._read("artifacts", key)
        if found is None:
            return None
        body, arrays, _ = found
        try:
            return Artifact(kind=body["kind"], arrays=arrays, claims=body["claims"]), body
        except KeyError:
            self._set_aside(self.root / "artifacts" / key, f"{key}: the artifact was written by another version")
            return None

    def put_evidence(self, evidence: Evidence, arrays: record.Arrays, clock: dict[str, Any]) -> None:
        """Keep what a referee measured."""
        record.write(self.root / "evidence" / evidence.id, evidence.model_dump(mode="json"), arrays, clock)

    def evidence(self, key: str) -> Evidence | None:
        """The evidence with this key, or None. Damaged evidence is set aside and counts as not there."""
        found = self._read("evidence", key)
        try:
            return Evidence.model_validate(found[0]) if found else None
        except ValidationError:
            self._set_aside(self.root / "evidence" / key, f"{key}: the evidence was written by another version")
            return None

    def has(self, key: str) -> bool:
        """Whether there is a record of this evidence, whatever state it is in."""
        return (self.root / "evidence" / key).is_dir()

    def arrays(self, key: str) -> dict[str, NDArray[np.generic]]:
        """The arrays kept with the evidence `key`; empty when there are none."""
        found = self._read("evidence", key)
        return found[1] if found else {}

    def clock(self, key: str) -> dict[str, Any]:
        """The clock readings of the evidence `key`."""
        found = self._read("evidence", key)
        return found[2] if found else {}

    def ids(self) -> list[str]:
        """Keys of all the evidence there is, sorted."""
        folder = self.root / "evidence"
        if not folder.is_dir():
            return []
        return sorted(e.name for e in os.scandir(folder) if not e.name.startswith("."))

    def _read(self, room: str, key: str) -> record.Contents | None:
        folder = self.root / room / key
        try:
            return record.read(folder)
        except FileNotFoundError:
            if folder.is_dir():
                self._set_aside(folder, f"{key}: the record is missing")
            return None
        except record.Damaged as error:
            self._set_aside(folder, str(error))
            return None
        except OSError as error:
            raise StoreError(f"{folder} cannot be read: {error.strerror}; make it readable, or delete it") from error

    def _set_aside(self, folder: Path, why: str) -> None:
        if self._lock is None:
            self.damaged += [] if why in self.damaged else [why]
            return
        self.damaged.append(why)
        aside = self.root / "damaged"
        name = f"{folder.parent.name}-{folder.name}"
        try:
            aside.mkdir(exist_ok=True)
            number = next(n for n in count(1) if not (aside / f"{name}-{n}").exists())
            folder.rename(aside / f"{name}-{number}")
        except OSError as error:
            raise StoreError(record.explain(error, self.root)) from error

    def _take_lock(self, lock: IO[str]) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise StoreError(
                f"another run is using the evidence store {self.root}; wait for it, or choose another with --store"
            ) from error
