"""Known flaws of packages from a file, a folder or a zip in the OSV format (https://ossf.github.io/osv-schema/).

Nothing is fetched: the file is what somebody downloaded and handed over, and the answer is as old as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from bartizan.core.errors import UnsafeFileError, UsageError
from bartizan.formats.bounded import checked_zip, member, regular_file
from bartizan.formats.locks.dependency import normal

_ECOSYSTEM = "PyPI"
_LIMIT = 256 << 20  # bytes of one advisory file


@dataclass(frozen=True)
class Advisory:
    """What one advisory says of one package. ranges: (introduced, fixed, last affected), open where None.

    A bound that PEP 440 cannot order is left open, so that more counts as affected rather than less.
    """

    id: str
    package: str
    summary: str
    versions: frozenset[str]
    ranges: tuple[tuple[Version | None, Version | None, Version | None], ...]

    def affects(self, version: Version) -> bool:
        """Whether this version has the flaw."""
        return str(version) in self.versions or any(_within(version, *r) for r in self.ranges)

    def fixed_after(self, version: Version) -> str | None:
        """The first version beyond this one that is said to be mended, None where none is."""
        later = [fixed for _, fixed, _ in self.ranges if fixed is not None and fixed > version]
        return str(min(later)) if later else None


def read_advisories(path: Path) -> tuple[Advisory, ...]:
    """Everything about packages of PyPI in a file, a folder or a zip of OSV records; withdrawn ones are left out.

    Raises `UsageError` when there is nothing of that format, at the file that is wrong.
    """
    found = tuple(a for name, record in _records(path) for a in _advisories(record, name))
    if not found:
        raise UsageError(f"{path} says nothing about packages of {_ECOSYSTEM}; give advisories in the OSV format")
    return found


def _records(path: Path) -> Iterator[tuple[str, Any]]:
    for name, raw in _texts(path):
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"the advisories in {name} are no JSON ({str(error)[:80]})") from None
        listed = value.get("vulns", [value]) if isinstance(value, dict) else value
        if not isinstance(listed, list) or not all(isinstance(r, dict) for r in listed):
            raise UsageError(f"{name} holds no advisory in the OSV format (a mapping with 'id' and 'affected')")
        yield from ((name, record) for record in listed)


def _texts(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(p for p in path.rglob("*.json") if p.is_file() and not p.is_symlink()):
            yield str(file.relative_to(path)), _bounded(file)
    elif path.suffix.lower() == ".zip":
        regular_file(path, "the advisories", UsageError)
        with checked_zip(path) as archive:
            for info in archive.infolist():
                if info.filename.endswith(".json"):
                    yield info.filename, member(archive, info)
    else:
        yield path.name, _bounded(regular_file(path, "the advisories", UsageError))


def _bounded(path: Path) -> bytes:
    if path.stat().st_size > _LIMIT:
        raise UnsafeFileError(f"the advisories {path} are larger than {_LIMIT >> 20} MiB; split them into a folder")
    return path.read_bytes()


def _advisories(record: dict[str, Any], name: str) -> Iterator[Advisory]:
    if not isinstance(record.get("id"), str) or not isinstance(record.get("affected", []), list):
        raise UsageError(
            f"{name} holds no advisory in the OSV format: 'id' or 'affected' is missing or of another kind"
        )
    if record.get("withdrawn"):
        return
    for affected in record.get("affected", []):
        package = affected.get("package", {}) if isinstance(affected, dict) else {}
        if (
            isinstance(package, dict)
            and package.get("ecosystem") == _ECOSYSTEM
            and isinstance(package.get("name"), str)
        ):
            summary = str(record.get("summary") or record.get("details") or "")[:200].partition("\n")[0]
            versions = frozenset(str(v) for text in _list(affected, "versions") if (v := _version(text)))
            ranges = tuple(r for given in _list(affected, "ranges") for r in _ranges(given))
            yield Advisory(record["id"], normal(package["name"]), summary, versions, ranges)


def _ranges(given: Any) -> Iterator[tuple[Version | None, Version | None, Version | None]]:
    """The intervals of one list of events. Commit ranges say nothing of versions."""
    if not isinstance(given, dict) or given.get("type") not in ("ECOSYSTEM", "SEMVER"):
        return
    begun, start = False, None
    for event in sorted((e for e in _list(given, "events") if isinstance(e, dict)), key=_place):
        if "introduced" in event:
            begun, start = True, None if event["introduced"] == "0" else _version(event["introduced"])
        elif begun and ("fixed" in event or "last_affected" in event):
            yield start, _version(event.get("fixed")), _version(event.get("last_affected"))
            begun = False
    if begun:
        yield start, None, None


def _place(event: dict[str, Any]) -> tuple[Version, int]:
    """Events in the order of their versions; a flaw that ends where the next begins ends first."""
    given = next((event[key] for key in ("introduced", "fixed", "last_affected") if key in event), "0")
    begins = "introduced" in event
    return _version(given) or Version("0.dev0"), int(begins) if given != "0" else -1


def _within(version: Version, start: Version | None, fixed: Version | None, last: Version | None) -> bool:
    return (
        (start is None or version >= start) and (fixed is None or version < fixed) and (last is None or version <= last)
    )


def _list(holder: dict[str, Any], key: str) -> list[Any]:
    value = holder.get(key, [])
    return value if isinstance(value, list) else []


def _version(text: Any) -> Version | None:
    try:
        return Version(str(text)) if text is not None else None
    except InvalidVersion:
        return None
