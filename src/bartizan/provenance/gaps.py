"""Everything about a described system's files that nothing accounts for: one gap a piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bartizan.core.errors import UsageError
from bartizan.core.system import SYSTEM_ID, SoftwareAsset
from bartizan.formats.description import Description
from bartizan.formats.locks.advisories import Advisory, read_advisories
from bartizan.formats.locks.dependency import Dependency
from bartizan.formats.locks.read import read_lock

from .account import Account, Accounts, accounts
from .audit import Weakness, audit, weak_share
from .bom_check import not_listed
from .files import DEPENDENCIES, AssetFile, asset_files
from .gap import Gap

_SHOWN = 5  # names that a gap about many things gives


@dataclass(frozen=True)
class Inventory:
    """unaccounted: for each file, whether nothing would give a swapped one away (or one was). weak: dependencies with
    a weakness, of how many."""

    files: tuple[AssetFile, ...]
    unaccounted: tuple[bool, ...]
    weak: tuple[int, int]
    gaps: tuple[Gap, ...]


def inventory(description: Description, files: Sequence[AssetFile] | None = None) -> Inventory:
    """Hold `files` (all that the description names) against all that speaks for them.

    Raises `UsageError` only when the files themselves cannot be read: what does not hold is a gap.
    """
    files = asset_files(description) if files is None else tuple(files)
    found = accounts(description, files)
    weak, dependencies = _dependencies(description, {f.asset for f in files})
    gaps = (
        *_of_files(found),
        *_broken(found),
        *_recorded_only(found, asset_files(description)),
        *_bill(description, files),
        *dependencies,
    )
    return Inventory(files, tuple(not a.holds for a in found.files), weak, gaps)


def _of_files(found: Accounts) -> Iterator[Gap]:
    for a in found.files:
        for sentence in a.refuted:
            yield _about(a, "changed", sentence, "find out who changed it; record and sign it again only after that")
    yield from _many(
        (a for a in found.files if not a.ways and not a.refuted),
        "digest",
        "nothing says what the file must be, so a swapped one would not be noticed",
        "run: bartizan provenance record, and name the list under provenance.digests",
    )
    yield from _many(
        (a for a in found.files if a.ways and not a.refuted and not a.signed),
        "signature",
        "a digest lies beside the file, and nobody signed it: who can change the one can change the other",
        "run: bartizan provenance sign, and name the statement and your public key under provenance",
    )


def _about(account: Account, piece: str, why: str, mend: str) -> Gap:
    file = account.file
    return Gap.model_validate(
        {"piece": piece, "about": file.asset, "what": file.name, "why": why, "mend": mend, "choice": file.choice}
    )


def _many(these: Iterable[Account], piece: str, why: str, mend: str) -> Iterator[Gap]:
    """One gap an asset, however many files it has."""
    for _, group in groupby(these, key=lambda a: a.file.asset):
        members = list(group)
        one = _about(members[0], piece, why, mend)
        yield one.model_copy(update={"what": _names([a.file.name for a in members]), "count": len(members)})


def _broken(found: Accounts) -> Iterator[Gap]:
    for name, why in found.broken.items():
        mend = "have it made again by whoever answers for the files"
        yield Gap(piece="statement", about=SYSTEM_ID, what=name, why=why, mend=mend, choice=DEPENDENCIES)


def _recorded_only(found: Accounts, named: Iterable[AssetFile]) -> Iterator[Gap]:
    """Files that were recorded and are named no more: data or a model that somebody took out."""
    now = {f.name for f in named}
    for name, was in found.recorded.files.items() if found.recorded else ():
        if name not in now:
            yield Gap(
                piece="changed",
                about=was.asset,
                what=name,
                why="it was recorded, and the description names it no more",
                mend="name it again, or record the files as they are now",
                choice=DEPENDENCIES,
            )


def _bill(description: Description, files: Sequence[AssetFile]) -> Iterator[Gap]:
    named = description.system.provenance.bom
    mend = "run: bartizan provenance bom, and name the file under provenance.bom"
    if named is None:
        why = "no bill of materials says what the system is made of"
        yield Gap(piece="bom", about=SYSTEM_ID, what=SYSTEM_ID, why=why, mend=mend, choice=DEPENDENCIES)
        return
    try:
        left_out = not_listed(description.resolve(named), files)
    except UsageError as error:
        yield Gap(piece="bom", about=SYSTEM_ID, what=named, why=str(error), mend=mend, choice=DEPENDENCIES)
        return
    for asset, group in groupby(left_out, key=lambda f: f.asset):
        members = list(group)
        yield Gap(
            piece="bom",
            about=asset,
            what=_names([f.name for f in members]),
            why=f"{named} does not list the file as it is now",
            mend=mend,
            choice=members[0].choice,
            count=len(members),
        )


def _dependencies(description: Description, about: set[str]) -> tuple[tuple[int, int], list[Gap]]:
    software = [s for s in description.system.assets.software if s.id in about or not s.lock_file]
    gaps: list[Gap] = []
    if not any(s.lock_file for s in software):
        whose = software[0].id if software else SYSTEM_ID
        why = "no lock file is named, so nobody can tell what the system runs on"
        mend = "name a requirements.txt, poetry.lock, uv.lock or pylock.toml as the software's dependencies"
        gaps.append(Gap(piece="lock", about=whose, what=whose, why=why, mend=mend, choice=DEPENDENCIES))
    advisories = _advisories(description, gaps)
    weak, total = 0, 0
    for asset in (s for s in software if s.lock_file):
        listed = _locked(description, asset, gaps)
        weaknesses = audit(listed, advisories)
        gaps += _weak(asset, weaknesses)
        some, all_ = weak_share(listed, weaknesses)
        weak, total = weak + some, total + all_
    return (weak, total), gaps


def _locked(description: Description, asset: SoftwareAsset, gaps: list[Gap]) -> tuple[Dependency, ...]:
    try:
        return read_lock(description.resolve(str(asset.lock_file)))
    except UsageError as error:
        mend = "write it again with the tool it comes from"
        what = str(asset.lock_file)
        gaps.append(Gap(piece="lock", about=asset.id, what=what, why=str(error), mend=mend, choice=DEPENDENCIES))
        return ()


def _advisories(description: Description, gaps: list[Gap]) -> tuple[Advisory, ...] | None:
    named = description.system.provenance.advisories
    why = "no list of known flaws is named, so nobody looked for any"
    if named is not None:
        try:
            return read_advisories(description.resolve(named))
        except UsageError as error:
            why = str(error)
    mend = "download the advisories of PyPI in the OSV format and name file, folder or zip under provenance.advisories"
    what = named or SYSTEM_ID
    gaps.append(Gap(piece="advisories", about=SYSTEM_ID, what=what, why=why, mend=mend, choice=DEPENDENCIES))
    return None


def _weak(asset: SoftwareAsset, weaknesses: Sequence[Weakness]) -> Iterator[Gap]:
    """One gap a known flaw; the rest one a kind."""
    for kind, group in groupby(sorted(weaknesses, key=lambda w: w.kind), key=lambda w: w.kind):
        members = list(group)
        parts = [[w] for w in members] if kind == "flawed" else [members]
        for part in parts:
            yield Gap(
                piece=kind,
                about=asset.id,
                what=_names([w.dependency.name for w in part]),
                why=part[0].sentence.partition(": ")[2],
                mend=part[0].mend,
                choice=DEPENDENCIES,
                count=len(part),
            )


def _names(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
