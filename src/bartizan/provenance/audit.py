"""What is open about the dependencies of a lock file: versions, digests, sources, and known flaws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from packaging.version import InvalidVersion, Version

from bartizan.formats.locks.advisories import Advisory
from bartizan.formats.locks.dependency import Dependency

Kind = Literal["unpinned", "direct", "unhashed", "flawed"]
KINDS: dict[Kind, tuple[str, str]] = {
    "unpinned": (
        "no exact version: the next installation takes what is published by then",
        "write the exact version (==), or lock with pip-compile, poetry or uv",
    ),
    "direct": (
        "taken from an address or a path instead of an index, where nobody counts versions or reports flaws",
        "take a released version from an index, or keep the file with its digest beside the lock file",
    ),
    "unhashed": (
        "no digest: whoever can answer for the index chooses what is installed",
        "lock with digests (pip-compile --generate-hashes, poetry or uv) and install with --require-hashes",
    ),
    "flawed": ("a known flaw", "install the mended version"),
}


@dataclass(frozen=True)
class Weakness:
    """One thing that is open about one dependency."""

    dependency: Dependency
    kind: Kind
    sentence: str
    mend: str


def audit(dependencies: Iterable[Dependency], advisories: Iterable[Advisory] | None) -> tuple[Weakness, ...]:
    """Every weakness, dependency by dependency. `advisories` None: known flaws were not looked for.

    A dependency without an exact version has any version, so that every advisory about its package counts.
    """
    by_package: dict[str, list[Advisory]] = {}
    for advisory in advisories or ():
        by_package.setdefault(advisory.package, []).append(advisory)
    return tuple(w for d in dependencies for w in (*_open(d), *_flaws(d, by_package.get(d.name, []))))


def weak_share(dependencies: Iterable[Dependency], weaknesses: Iterable[Weakness]) -> tuple[int, int]:
    """How many of the dependencies have a weakness, and how many there are."""
    weak = {(w.dependency.name, w.dependency.where) for w in weaknesses}
    every = {(d.name, d.where) for d in dependencies}
    return len(weak & every), len(every)


def _open(one: Dependency) -> Iterator[Weakness]:
    if one.direct:
        yield _weakness(one, "direct", f" ({one.direct[:80]})")
        if not one.hashed:
            yield _weakness(one, "unhashed")
        return
    if one.version is None:
        yield _weakness(one, "unpinned")
    if not one.hashed:
        yield _weakness(one, "unhashed")


def _weakness(one: Dependency, kind: Kind, more: str = "") -> Weakness:
    sentence, mend = KINDS[kind]
    return Weakness(one, kind, f"{_called(one)}: {sentence}{more}", mend)


def _flaws(one: Dependency, advisories: Iterable[Advisory]) -> Iterator[Weakness]:
    version = _version(one)
    for advisory in advisories:
        if version is not None and not advisory.affects(version):
            continue
        what = advisory.id + (f", {advisory.summary}" if advisory.summary else "")
        if version is None:
            yield Weakness(one, "flawed", f"{_called(one)}: some versions have {what}", KINDS["unpinned"][1])
            continue
        fixed = advisory.fixed_after(version)
        mend = f"install {one.name} {fixed} or later" if fixed else "no mended version is known; replace the package"
        yield Weakness(one, "flawed", f"{_called(one)}: {what}", mend)


def _version(one: Dependency) -> Version | None:
    try:
        return Version(one.version) if one.version is not None else None
    except InvalidVersion:
        return None


def _called(one: Dependency) -> str:
    return f"{one.name} {one.version}" if one.version else one.name
