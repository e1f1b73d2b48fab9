"""A bill of materials for a machine-learning system: models with their cards, data, software, in CycloneDX JSON."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from bartizan import __version__
from bartizan.core.assessment import Assessment
from bartizan.core.base import canonical_json
from bartizan.core.errors import UsageError
from bartizan.core.system import Asset, DataAsset, ModelAsset, SoftwareAsset
from bartizan.formats.description import Description
from bartizan.formats.locks.dependency import Dependency
from bartizan.formats.locks.read import read_lock

from .files import AssetFile
from .model_card import data_card, model_card

if TYPE_CHECKING:
    from cyclonedx.model import HashType
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component

Version = Literal["1.6", "1.7"]
_NAMESPACE = uuid.UUID("7a0d1a5e-6a3c-5c80-9a53-1d7a9f2b6c11")  # any fixed one: equal bills have equal serial numbers


def bill(
    description: Description,
    files: Sequence[AssetFile],
    *,
    assessment: Assessment | None = None,
    spec: Version = "1.6",
    made: datetime | None = None,
) -> str:
    """The text of the bill. made: the time it is stamped with; None leaves the time out, so that it can be repeated.

    The library writes components, digests and dependencies, and has no model cards: those are put in here.
    Raises `UsageError` when the library is not installed or a lock file cannot be read.
    """
    document = _written(_bom(description, files), spec)
    cards = _cards(description, files, assessment)
    for component in document.get("components", []):
        component.update(cards.get(component["bom-ref"], {}))
    document["metadata"].pop("timestamp", None)
    document.pop("serialNumber", None)
    document["serialNumber"] = uuid.uuid5(_NAMESPACE, canonical_json(document)).urn
    if made is not None:
        document["metadata"]["timestamp"] = made.isoformat(timespec="seconds")
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _bom(description: Description, files: Sequence[AssetFile]) -> Bom:
    model = _library()
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component

    system = description.system
    root = Component(type=model.APPLICATION, name=system.name, bom_ref="system", description=system.purpose)
    tool = Component(type=model.APPLICATION, name="bartizan", version=__version__)
    metadata = BomMetaData(component=root)
    metadata.tools.components.add(tool)
    bom = Bom(metadata=metadata)
    assets = [_asset(a, [f for f in files if f.asset == a.id]) for a in (*system.assets.data, *system.assets.models)]
    for component in assets:
        bom.components.add(component)
    for software in system.assets.software:
        _add_software(bom, root, software, description, files)
    bom.register_dependency(root, assets)
    for of_model in system.assets.models:
        _add_uses(bom, of_model, description, {str(c.bom_ref.value): c for c in assets})
    return bom


def _asset(asset: Asset, files: Sequence[AssetFile]) -> Component:
    """One component; its digest where it is one file, else one component a file inside it."""
    model = _library()
    from cyclonedx.model.component import Component

    kind = model.MACHINE_LEARNING_MODEL if isinstance(asset, ModelAsset) else model.DATA
    own = [_file(f) for f in files] if len(files) > 1 else []
    return Component(
        type=kind,
        name=asset.id,
        bom_ref=asset.id,
        description=asset.note or None,
        hashes=_hashes(files[:1]) if len(files) == 1 else None,
        components=own or None,
    )


def _file(file: AssetFile) -> Component:
    model = _library()
    from cyclonedx.model.component import Component

    return Component(type=model.FILE, name=file.name, bom_ref=f"{file.asset}/{file.name}", hashes=_hashes([file]))


def _hashes(files: Iterable[AssetFile]) -> list[HashType]:
    from cyclonedx.model import HashAlgorithm, HashType

    return [HashType(alg=HashAlgorithm.SHA_256, content=f.sha256) for f in files]


def _add_software(
    bom: Bom, root: Component, software: SoftwareAsset, description: Description, files: Sequence[AssetFile]
) -> None:
    """The component, its lock file, and the packages that the lock file names."""
    model = _library()
    from cyclonedx.model.component import Component

    own = [_file(f) for f in files if f.asset == software.id]
    component = Component(type=model.APPLICATION, name=software.id, bom_ref=software.id, components=own or None)
    bom.components.add(component)
    bom.register_dependency(root, [component])
    locked = read_lock(description.resolve(software.lock_file)) if software.lock_file else ()
    packages = {
        _ref(d, software.id): _package(d, software.id) for d in locked
    }  # one name may be locked at two versions
    for package in packages.values():
        bom.components.add(package)
    bom.register_dependency(component, packages.values())


def _package(one: Dependency, software: str) -> Component:
    model = _library()
    from cyclonedx.model.component import Component
    from packageurl import PackageURL

    purl = None if one.direct else PackageURL("pypi", None, one.name, one.version)
    return Component(type=model.LIBRARY, name=one.name, version=one.version, bom_ref=_ref(one, software), purl=purl)


def _ref(one: Dependency, software: str) -> str:
    """Unlike for two versions of a package, and for a package of two software assets."""
    return f"{software}/{one.name}" + (f"@{one.version}" if one.version else "")


def _add_uses(bom: Bom, model: ModelAsset, description: Description, known: dict[str, Component]) -> None:
    train = description.system.training_data(model.id)
    if train is not None and model.id in known and train.id in known:
        bom.register_dependency(known[model.id], [known[train.id]])


def _cards(
    description: Description, files: Sequence[AssetFile], assessment: Assessment | None
) -> dict[str, dict[str, Any]]:
    """What the library has no words for, by the reference of the component it belongs to."""
    system = description.system
    cards: dict[str, dict[str, Any]] = {}
    for asset in system.assets.all():
        if isinstance(asset, ModelAsset):
            cards[asset.id] = {"modelCard": model_card(system, asset, assessment)}
        elif isinstance(asset, DataAsset):
            cards[asset.id] = {"data": [data_card(asset)]}
    return cards


def _written(bom: Bom, spec: Version) -> dict[str, Any]:
    from cyclonedx.output.json import BY_SCHEMA_VERSION
    from cyclonedx.schema import SchemaVersion

    text = BY_SCHEMA_VERSION[SchemaVersion.from_version(spec)](bom).output_as_string()
    document: dict[str, Any] = json.loads(text)
    return document


def _library() -> Any:
    """The kinds of component. Raises `UsageError` where the library is not installed."""
    try:
        from cyclonedx.model.component import ComponentType
    except ImportError as error:
        raise UsageError(
            "a bill of materials needs cyclonedx-python-lib; install it with: pip install 'bartizan[bom]'"
        ) from error
    return ComponentType
