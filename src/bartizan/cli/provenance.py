"""`provenance`: digests, bills of materials, signatures and known flaws of what a description names.

No model is opened. Exit code 1: something does not hold (a changed file, a wrong signature, a weak dependency);
2: it could not be looked at.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bartizan.core.errors import UsageError

from .groups import group
from .options import StoreFolder, SystemFile, store_folder

if TYPE_CHECKING:
    from bartizan.core.assessment import Assessment
    from bartizan.formats.description import Description

provenance = group("Digests, bills of materials, signatures and known flaws of what a description names.")
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="File to write to; default: beside the description.")
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]
_FAILED = 1


class Spec(StrEnum):
    """Versions of CycloneDX."""

    V1_6 = "1.6"
    V1_7 = "1.7"


class Say(StrEnum):
    """What a statement is about."""

    FILES = "files"
    BUILD = "build"
    ASSESSMENT = "assessment"


@provenance.command()
def record(system: SystemFile, output: Output = None, force: Force = False) -> None:
    """Write down the digest of every file the description names."""
    from bartizan.provenance.digests import NAME, written
    from bartizan.provenance.digests import record as recorded
    from bartizan.provenance.files import asset_files

    description = _described(system)
    files = asset_files(description)
    path = _write(
        output or description.resolve(description.system.provenance.digests or NAME), written(recorded(files)), force
    )
    typer.echo(f"wrote the digests of {len(files)} files to {path}")
    if description.system.provenance.digests is None:
        _name_it(f"digests: {path.name}")


def _name_it(*lines: str) -> None:
    """Say what to add to the description, so that what was written is looked at."""
    typer.echo("name it in the description:\n\nprovenance:\n" + "\n".join(f"  {line}" for line in lines))


@provenance.command()
def check(system: SystemFile) -> None:
    """Hold every file against the digests recorded earlier: changed, missing and new ones are named."""
    from bartizan.provenance.digests import NAME, differences, read_digests
    from bartizan.provenance.files import asset_files

    description = _described(system)
    named = description.system.provenance.digests
    if named is None:
        if description.resolve(NAME).is_file():
            raise UsageError(f"{system} names no digests; {NAME} lies beside it: name it under provenance.digests")
        raise UsageError(f"{system} names no digests; run: bartizan provenance record {system}")
    files = asset_files(description)
    found = differences(read_digests(description.resolve(named)), files)
    for one in found:
        typer.echo(f"{one.kind:<8} {one.sentence}")
    typer.echo(f"{len(files)} files held against {named}: {len(found) or 'no'} differences")
    raise typer.Exit(_FAILED if found else 0)


@provenance.command()
def bom(
    system: SystemFile,
    output: Output = None,
    spec: Annotated[Spec, typer.Option(help="Version of CycloneDX.")] = Spec.V1_6,
    store: StoreFolder = None,
    force: Force = False,
) -> None:
    """Write a bill of materials: models with their cards, data and software (CycloneDX JSON)."""
    from datetime import UTC, datetime

    from bartizan.provenance.bom import bill
    from bartizan.provenance.files import asset_files

    description = _described(system)
    assessment = _assessment(description, store_folder(system, store))
    made = datetime.now(UTC)
    text = bill(description, asset_files(description), assessment=assessment, spec=spec.value, made=made)
    path = _write(output or description.resolve(description.system.provenance.bom or "bom.json"), text, force)
    known = "with what its assessment found" if assessment else "without an assessment, since there is none"
    typer.echo(f"wrote {path} {known}")
    if description.system.provenance.bom is None:
        _name_it(f"bom: {path.name}")


@provenance.command()
def keys(private: Path, public: Path) -> None:
    """Make an Ed25519 key pair: PRIVATE to sign with (keep it), PUBLIC to give away."""
    from bartizan.provenance.keys import write_key_pair

    typer.echo(f"wrote {private} and {public}; the key's id is {write_key_pair(private, public)}")


@provenance.command()
def sign(
    system: SystemFile,
    key: Annotated[Path, typer.Option("--key", help="Your private Ed25519 key (PEM).")],
    say: Annotated[Say, typer.Option(help="What the statement is about.")] = Say.FILES,
    model: Annotated[str | None, typer.Option(help="The model whose making is told, where there are several.")] = None,
    builder: Annotated[
        str, typer.Option(help="Who or what trained the model, as a URI.")
    ] = "urn:bartizan:builder:unnamed",
    output: Output = None,
    store: StoreFolder = None,
    force: Force = False,
) -> None:
    """Sign an in-toto statement about the files the description names."""
    from bartizan.provenance import signing
    from bartizan.provenance.files import asset_files

    description = _described(system)
    files = asset_files(description)
    if say is Say.FILES:
        text = signing.of_files(description, files, key)
    elif say is Say.BUILD:
        text = signing.of_build(description, files, key, model=model, builder=builder)
    else:
        text = signing.of_assessment(description, files, key, *_assessed(description, store_folder(system, store)))
    path = _write(output or description.resolve(f"{say.value}.intoto.json"), text, force)
    typer.echo(f"signed a statement about the {say.value}: {path}")
    if path.name not in description.system.provenance.statements:
        _name_it(f"statements: [{path.name}]", "key: your-public-key.pem")


@provenance.command()
def verify(
    system: SystemFile,
    statement: Annotated[
        list[Path] | None, typer.Argument(help="Statements; none: those the description names.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="The signer's public key (PEM); default: the one named.")
    ] = None,
) -> None:
    """Check signed statements against the files: signature first, then every digest."""
    from bartizan.provenance.files import asset_files
    from bartizan.provenance.signing import verified

    description = _described(system)
    named = description.system.provenance
    paths = statement or [description.resolve(s) for s in named.statements]
    public = key or (description.resolve(named.key) if named.key else None)
    if not paths or public is None:
        lacks = (
            "no key to check with; give --key, or name it under provenance.key"
            if paths
            else "no signed statements; give some after it, or name them under provenance.statements"
        )
        raise UsageError(f"{system} names {lacks}")
    files = asset_files(description)
    for path in paths:
        said = verified(path, public, files)
        typer.echo(f"{path}: holds for {len(said.subjects)} files ({said.predicate_type})")


@provenance.command()
def audit(
    lock: Annotated[Path, typer.Argument(help="A lock file.")],
    advisories: Annotated[Path | None, typer.Option(help="Known flaws, OSV: a file, a folder or a zip.")] = None,
) -> None:
    """Look through a lock file: versions, digests, sources, known flaws from a file of yours. Nothing is fetched."""
    from bartizan.formats.locks.advisories import read_advisories
    from bartizan.formats.locks.read import read_lock
    from bartizan.provenance.audit import audit as audited
    from bartizan.provenance.audit import weak_share

    listed = read_lock(lock)
    found = audited(listed, read_advisories(advisories) if advisories else None)
    for one in found:
        typer.echo(f"{one.dependency.where}: {one.kind:<8} {one.sentence}; {one.mend}")
    weak, total = weak_share(listed, found)
    looked = f"known flaws from {advisories}" if advisories else "known flaws were not looked for (--advisories)"
    typer.echo(f"{weak} of {total} dependencies are open; {looked}")
    raise typer.Exit(_FAILED if found else 0)


@provenance.command()
def gaps(system: SystemFile) -> None:
    """List every piece of provenance that is absent or does not hold."""
    from bartizan.provenance.gaps import inventory

    found = inventory(_described(system))
    for gap in found.gaps:
        typer.echo(f"{gap.about}: {gap.piece} of {gap.what}: {gap.why}; {gap.mend}")
    typer.echo(
        f"{sum(found.unaccounted)} of {len(found.files)} files could be swapped unnoticed; {len(found.gaps)} gaps"
    )
    raise typer.Exit(_FAILED if found.gaps else 0)


def _described(system: Path) -> Description:
    """The description. What it names under `provenance` may be about to be written: each command looks for itself."""
    from bartizan.formats.description import read_system

    return read_system(system, to_be_made=("provenance",))


def _assessment(description: Description, folder: Path) -> Assessment | None:
    """The last assessment, where it is of what lies there now. Raises `UsageError` where it is not."""
    from bartizan.campaign.stale import require_current

    from .outputs import read_assessment

    if not (folder / "assessment.json").exists():
        return None
    assessment = read_assessment(folder)
    require_current(assessment, description)
    return assessment


def _assessed(description: Description, folder: Path) -> tuple[Assessment, str]:
    from bartizan.formats.digest import file_digest

    assessment = _assessment(description, folder)
    if assessment is None:
        raise UsageError(f"there is no assessment in {folder} yet; run: bartizan assess {description.path}")
    return assessment, file_digest(folder / "assessment.json")


def _write(path: Path, text: str, force: bool) -> Path:
    if path.exists() and not force:
        raise UsageError(f"{path} exists already; choose another with --output, or overwrite it with --force")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror})") from error
    return path
