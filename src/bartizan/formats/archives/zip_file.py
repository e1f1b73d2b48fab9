"""Zip archives: first how they are laid out, then what is in them, by what kind of model they hold."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator

from bartizan.formats.item import Item
from bartizan.formats.keras import file as keras
from bartizan.formats.sniff import FileKind
from bartizan.formats.torch_archives import export, saved, script
from bartizan.formats.verdict import Reason
from bartizan.formats.weights.npy_file import npz_reasons

from . import skops_archive
from .zip_layout import layout_reasons

Judge = Callable[[Item], Iterator[Reason]]


def reasons(item: Item, kind: FileKind, judge: Judge) -> Iterator[Reason]:
    """Why the archive should not be opened."""
    with item.open() as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as cause:
            yield Reason("broken", f"it is a zip archive that cannot be read ({cause})", 0, item.member)
            return
        layout = list(layout_reasons(archive, stream, item.member))
        yield from layout
        if any(r.rule in ("bomb", "limit") for r in layout):
            return
        for r in _inside(item, archive, kind, judge):
            at = f"{item.member}/{r.member}" if item.member and not r.member.startswith(item.member) else r.member
            yield Reason(r.rule, r.text, r.offset, at)


def _inside(item: Item, archive: zipfile.ZipFile, kind: FileKind, judge: Judge) -> Iterator[Reason]:
    if kind is FileKind.TORCH:
        yield from saved.reasons(item, archive, judge)
    elif kind is FileKind.KERAS:
        yield from keras.archive_reasons(item, archive, judge)
    elif kind is FileKind.NPZ:
        yield from npz_reasons(item, archive)
    elif kind is FileKind.TORCHSCRIPT:
        yield from script.reasons(item, archive, judge)
    elif kind is FileKind.TORCH_EXPORT:
        yield from export.reasons(item, archive, judge)
    elif kind is FileKind.SKOPS:
        yield from skops_archive.reasons(item, archive, judge)
    else:
        for info in archive.infolist():
            if not info.is_dir():
                yield from judge(saved.member_item(item, archive, info))
