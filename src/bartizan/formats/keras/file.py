"""Keras models: the zip of version 3 and HDF5. Their weights are numbers; their configuration is what gets built."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator

from bartizan.formats.item import Item
from bartizan.formats.pickles.scan import reads_as_pickle
from bartizan.formats.torch_archives.saved import member_item
from bartizan.formats.verdict import Reason

from .config import config_reasons
from .hdf5 import Unfollowed, read_hdf5

_CONFIG_LIMIT = 64 << 20
_CONFIGS = ("model_config", "training_config")


def archive_reasons(
    item: Item, archive: zipfile.ZipFile, judge: Callable[[Item], Iterator[Reason]]
) -> Iterator[Reason]:
    """Why a .keras archive should not be opened."""
    for info in archive.infolist():
        inner = member_item(item, archive, info)
        if info.filename in ("config.json", "metadata.json"):
            yield from config_reasons(json.loads(inner.whole(_CONFIG_LIMIT)), inner.member)
        elif not info.is_dir():
            yield from judge(inner)


def hdf5_reasons(item: Item) -> Iterator[Reason]:
    """Why an HDF5 file should not be opened, as a model of Keras or as whatever else it is."""
    try:
        with item.open() as stream:
            found = read_hdf5(stream)
    except (Unfollowed, struct.error, IndexError) as cause:
        yield Reason("broken", f"it cannot be followed as HDF5 ({cause})", 0, item.member)
        return
    if 0 < found.end < item.size:
        yield Reason("trailing", f"{item.size - found.end:,} bytes follow its end as HDF5", found.end, item.member)
    yield from (Reason("escape", f"it {what}", offset, item.member) for what, offset in found.outside)
    yield from (Reason("unknown-kind", f"not followed: {what}", at, item.member) for what, at in found.unfollowed)
    for (path, name), (raw, offset) in found.attributes.items():
        if name in _CONFIGS and raw.strip(b"\0"):
            yield from _config(raw, name, offset, item.member)
        elif name == "PSEUDOATOM" and raw.strip(b"\0") == b"object":
            yield Reason("custom-code", f"the rows of {path or '/'} are pickles to PyTables", offset, item.member)
        elif reads_as_pickle(io.BytesIO(raw)):
            yield Reason("hidden-name", f"the attribute {name} of {path or '/'} is a pickle", offset, item.member)


def _config(raw: bytes, name: str, offset: int, member: str) -> Iterator[Reason]:
    try:
        yield from config_reasons(json.loads(raw.rstrip(b"\0")), member, offset)
    except (ValueError, RecursionError):
        yield Reason("broken", f"its attribute {name} is no JSON", offset, member)
