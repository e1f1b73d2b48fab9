"""Making and checking signed statements about the files of a description."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from bartizan.core.assessment import Assessment
from bartizan.core.errors import UsageError
from bartizan.core.system import ModelAsset
from bartizan.formats.description import Description

from . import predicates
from .envelope import opened, signed
from .files import AssetFile
from .keys import private_key, public_key
from .statement import Statement, hold, statement, understood

Say = Literal["files", "build", "assessment"]


def of_files(description: Description, files: Sequence[AssetFile], key: Path) -> str:
    """The envelope's text: these files, with these digests, are the system's."""
    said = statement(files, predicates.FILES, predicates.of_files(description))
    return signed(said, private_key(key))


def of_build(
    description: Description, files: Sequence[AssetFile], key: Path, *, model: str | None, builder: str
) -> str:
    """The envelope's text: the model's files were made from this data, by this recipe, on these dependencies."""
    asset = _model(description, model)
    own = [f for f in files if f.asset == asset.id and not f.is_code]
    if not own:
        raise UsageError(f"the model '{asset.id}' is described without a file; there is nothing to speak of")
    said = statement(own, predicates.BUILD, predicates.of_build(description, asset, files, builder))
    return signed(said, private_key(key))


def of_assessment(
    description: Description, files: Sequence[AssetFile], key: Path, assessment: Assessment, digest: str
) -> str:
    """The envelope's text: what the assessment with this digest found of these files."""
    said = statement(files, predicates.ASSESSMENT, predicates.of_assessment(description, assessment, digest))
    return signed(said, private_key(key))


def verified(path: Path, key: Path, files: Sequence[AssetFile]) -> Statement:
    """What the statement says, once its signature and every digest in it hold for the files there are.

    A statement about all files must leave none out. Raises `NotVerified` in one sentence: another key, a changed
    statement, a changed file, a file that is gone or left out; `UsageError` when there is no statement or key to read.
    """
    said = understood(opened(path, public_key(key)), path.name)
    hold(said, path.name, files, all_of=said.predicate_type != predicates.BUILD)
    return said


def _model(description: Description, name: str | None) -> ModelAsset:
    models = description.system.assets.models
    if name is not None:
        return description.system.model(name)
    if len(models) != 1:
        raise UsageError(f"{description.path} describes {len(models)} models; say which with --model")
    return models[0]
