"""Which of the files something accounts for: a digest or a signature that would give a swapped file away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bartizan.core.errors import UsageError
from bartizan.formats.description import Description

from .digests import Digests, read_digests
from .envelope import opened
from .files import AssetFile, name_from
from .keys import public_key
from .model_signatures import signature_holds
from .statement import Statement, understood


@dataclass
class Account:
    """What speaks for one file and what against it. signatures: those of all ways that somebody's key stands behind."""

    file: AssetFile
    signatures: frozenset[str]
    ways: list[str] = field(default_factory=list)
    refuted: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether somebody who swapped the file would be noticed, and nobody did."""
        return bool(self.ways) and not self.refuted

    @property
    def signed(self) -> bool:
        """Whether somebody's key stands behind one of the ways."""
        return bool(set(self.ways) & self.signatures)

    def hold(self, way: str, digest: str) -> None:
        """Hold the file against a digest given by `way`."""
        if digest == self.file.sha256:
            self.ways.append(way)
        else:
            self.refuted.append(f"{way} gives the SHA-256 {digest[:12]}…, and the file has {self.file.sha256[:12]}…")


@dataclass(frozen=True)
class Accounts:
    """One account a file. broken: statements that do not hold, each with the sentence that says why."""

    files: tuple[Account, ...]
    broken: dict[str, str]
    recorded: Digests | None


def accounts(description: Description, files: Iterable[AssetFile]) -> Accounts:
    """Hold every file against all that the description's `provenance` names. Raises nothing for what does not hold."""
    provenance, broken = description.system.provenance, dict[str, str]()
    signatures = frozenset((*provenance.statements, *provenance.model_signatures.values()))
    each = tuple(Account(f, signatures) for f in files)
    recorded = _recorded(description, broken)
    for account in each:
        if account.file.stated is not None:
            account.hold("the description", account.file.stated)
        if recorded is not None and account.file.name in recorded.files:
            account.hold(str(provenance.digests), recorded.files[account.file.name].sha256)
    for name, said in _statements(description, broken):
        for account in each:
            if account.file.name in said.subjects:
                account.hold(name, said.subjects[account.file.name])
    _model_signatures(description, each, broken)
    return Accounts(each, broken, recorded)


def _recorded(description: Description, broken: dict[str, str]) -> Digests | None:
    named = description.system.provenance.digests
    if named is None:
        return None
    try:
        return read_digests(description.resolve(named))
    except UsageError as error:
        broken[named] = str(error)
        return None


def _statements(description: Description, broken: dict[str, str]) -> Iterator[tuple[str, Statement]]:
    provenance = description.system.provenance
    for named in provenance.statements:
        try:
            key = public_key(description.resolve(str(provenance.key)))
            yield named, understood(opened(description.resolve(named), key), named)
        except UsageError as error:
            broken[named] = str(error)


def _model_signatures(description: Description, each: tuple[Account, ...], broken: dict[str, str]) -> None:
    """A signature speaks of the model file itself, whichever asset names it first."""
    system = description.system
    provenance, own = system.provenance, {m.id: m.load.file for m in system.assets.models if m.load and m.load.file}
    for model, named in provenance.model_signatures.items():
        name = name_from(description.folder, description.resolve(own[model]))
        theirs = next((a for a in each if a.file.name == name), None)
        if theirs is None:  # of another part of the system than is asked about
            continue
        try:
            key = description.resolve(str(provenance.model_key))
            signature_holds(description.resolve(named), key, theirs.file.path)
            theirs.ways.append(named)
        except UsageError as error:
            broken[named] = str(error)
