"""The digest of a data set. What somebody's own code loads is loaded in a process of its own: it may hang or die."""

from __future__ import annotations

from concurrent.futures import TimeoutError
from pathlib import Path

from pebble import ProcessExpired

from bartizan.core.errors import BartizanError, DataError
from bartizan.core.system import DataAsset
from bartizan.formats.description import Description, read_system

from .opening import load_data
from .pool import in_own_process
from .subjects import sentence

_OWN_CODE = ("function", "plugin")


def data_digest(description: Description, asset: DataAsset, *, seconds: float = 120.0) -> str:
    """Raises an error at the asset's place in the description when its data cannot be had within the deadline."""
    with description.placed():
        if asset.load is None or asset.load.kind not in _OWN_CODE:
            return load_data(asset, description.folder).digest()
        try:
            return in_own_process(_digest, str(description.path), asset.id, seconds=seconds)
        except BartizanError:
            raise
        except Exception as error:
            raise _lost(asset, error, seconds) from error


def _digest(path: str, asset_id: str) -> str:
    description = read_system(Path(path))
    asset = description.system.asset(asset_id)
    assert isinstance(asset, DataAsset)
    return load_data(asset, description.folder).digest()


def _lost(asset: DataAsset, error: Exception, seconds: float) -> DataError:
    source = getattr(asset.load, "function", None) or getattr(asset.load, "plugin", "its loader")
    what = f"the data '{asset.id}' cannot be loaded: {source} failed ({sentence(error)})"
    if isinstance(error, TimeoutError):
        what = (
            f"the data '{asset.id}' were not there within {seconds:g} seconds; mend {source}, or keep what it returns"
            " in an .npz file"
        )
    elif isinstance(error, ProcessExpired):
        what = (
            f"the data '{asset.id}' cannot be loaded: the process that ran {source} died (exit code {error.exitcode})"
        )
    lost = DataError(what)
    lost.about = asset.id
    return lost
