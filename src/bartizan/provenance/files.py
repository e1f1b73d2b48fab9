"""The files a description names, asset by asset, with their digests: what every statement here speaks of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bartizan.core.errors import UsageError
from bartizan.core.system import Asset, DataAsset, ModelAsset, SoftwareAsset
from bartizan.formats.description import Description
from bartizan.formats.digest import digest_of, file_digest
from bartizan.formats.onnx.wire import files_beside

DATA_INTEGRITY, ARTEFACTS, DEPENDENCIES = "DC06", "DC22", "DC23"  # design choices of the knowledge base


@dataclass(frozen=True)
class AssetFile:
    """One file of an asset. name: from the folder of the description, with `/`. choice: the design choice it bears on.

    stated: the digest that the description itself gives for it.
    """

    name: str
    path: Path
    asset: str
    choice: str
    stated: str | None = None

    @property
    def is_code(self) -> bool:
        """Whether it is the user's source, which makes a model and is none."""
        return self.path.suffix == ".py"

    @cached_property
    def sha256(self) -> str:
        """Raises `UsageError` when the file cannot be read."""
        try:
            return file_digest(self.path)
        except OSError as error:
            raise UsageError(f"the file '{self.name}' of '{self.asset}' cannot be read ({error.strerror})") from error


def asset_files(description: Description) -> tuple[AssetFile, ...]:
    """Each file once, in the order of the description: data sets (all files of a folder), model files with what lies
    beside them, the code that builds and trains models, lock files.

    Raises `UsageError` when one is not there, or when nothing is named at all.
    """
    found: dict[str, AssetFile] = {}
    for asset in description.system.assets.all():
        for file in _of(asset, description.folder):
            found.setdefault(file.name, file)
    lost = [f for f in found.values() if not f.path.is_file()]
    if lost:
        raise UsageError(f"{description.position_of(lost[0].asset)}: there is no file '{lost[0].name}'")
    if not found:
        raise UsageError(f"{description.path} names no file of data, models or software; say how to load them (load)")
    return tuple(found.values())


def name_from(folder: Path, path: Path) -> str:
    """How statements call a file: its path from the description's folder, with `/`."""
    return Path(os.path.relpath(path, folder)).as_posix()


def _of(asset: Asset, folder: Path) -> Iterator[AssetFile]:
    if isinstance(asset, DataAsset):
        for path in _data(asset.load, folder):
            yield AssetFile(name_from(folder, path), path, asset.id, DATA_INTEGRITY)
    elif isinstance(asset, ModelAsset):
        yield from _model(asset, folder)
    elif isinstance(asset, SoftwareAsset) and asset.lock_file:
        path = folder / asset.lock_file
        yield AssetFile(name_from(folder, path), path, asset.id, DEPENDENCIES)


def _data(load: Any, folder: Path) -> Iterator[Path]:
    for key in getattr(load, "file_keys", ()):
        if getattr(load, key) is not None:
            yield folder / getattr(load, key)
    for key in getattr(load, "folder_keys", ()):
        yield from sorted(p for p in (folder / getattr(load, key)).rglob("*") if p.is_file())
    yield from _code(getattr(load, "function", None), folder)


def _model(model: ModelAsset, folder: Path) -> Iterator[AssetFile]:
    load = model.load
    if load is not None and load.file is not None:
        own = folder / load.file
        yield AssetFile(name_from(folder, own), own, model.id, ARTEFACTS, load.sha256)
        for beside in files_beside(own) if own.is_file() else ():
            yield AssetFile(name_from(folder, beside), beside, model.id, ARTEFACTS)
    for reference in (getattr(load, "factory", None), model.retrain.function if model.retrain else None):
        for path in _code(reference, folder):
            yield AssetFile(name_from(folder, path), path, model.id, ARTEFACTS)


def _code(reference: str | None, folder: Path) -> Iterator[Path]:
    """The source beside the description and its neighbours, any of which it may import; what is installed belongs to
    the lock file."""
    module = (reference or "").rpartition(":")[0]
    if not module:
        return
    source = folder / (module if module.endswith(".py") else module.replace(".", "/") + ".py")
    if source.is_file():
        yield from sorted(source.parent.glob("*.py"))
    elif module.endswith(".py"):
        yield source


def files_about(description: Description, model: str) -> tuple[AssetFile, ...]:
    """The files of one model, of the data it is trained and tested on, and of the software around it."""
    system = description.system
    data = {d.id for d in (system.training_data(model), system.test_data(model)) if d is not None}
    software = {s.id for s in system.assets.software if not s.hosts or model in s.hosts}
    return tuple(f for f in asset_files(description) if f.asset in {model, *data, *software})


def state(description: Description, model: str) -> str:
    """SHA-256 over the description, the files about one model, and all that they are held against."""
    provenance = description.system.provenance
    held = [description.resolve(name) for name in provenance.files]
    if provenance.advisories is not None:
        given = description.resolve(provenance.advisories)
        held += sorted(p for p in given.rglob("*.json") if p.is_file()) if given.is_dir() else [given]
    parts = [description.digest]
    parts += [part for f in files_about(description, model) for part in (f.name, f.sha256)]
    parts += [part for path in held for part in (name_from(description.folder, path), file_digest(path))]
    return digest_of(*parts)
