"""Look at a data file: names, shapes, types and ranges of its first records; nothing is ever unpickled."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bartizan.core.errors import DataError
from bartizan.formats.bounded import checked_zip, member, regular_file
from bartizan.formats.data.npz import npy_header, npz_shapes
from bartizan.formats.sniff import FileKind, sniff

_SAMPLE_ROWS = 1000
_SAMPLE_BYTES = 1 << 22
_LABEL_NAMES = ("label", "labels", "target", "class", "y", "is_phishing", "outcome")
_IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")


@dataclass(frozen=True)
class ColumnPeek:
    """One column of a table, judged by its first rows."""

    name: str
    type: str
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataPeek:
    """What could be read off a data file. `load` holds the keys of its load block; `remarks` are for the reader."""

    load: dict[str, str | None]
    rows: int | None = None
    input_shape: tuple[int, ...] | None = None
    classes: int | None = None
    low: float | None = None
    high: float | None = None
    columns: tuple[ColumnPeek, ...] = ()
    remarks: tuple[str, ...] = ()


def peek_data(path: Path) -> DataPeek:
    """Recognise a data set by its content. Raises `DataError` when it is none that can be described."""
    if path.is_dir():
        return _folder(path)
    regular_file(path, "data", DataError, remedy="correct its path on the command line")
    kind = sniff(path)
    if kind not in _LOOKS:
        raise DataError(
            f"{path}: cannot tell what data this is (it looks like: {kind}); "
            "npz, IDX, CSV, Parquet and folders of images are recognised"
        )
    try:
        return _LOOKS[kind](path)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: the data file cannot be read ({error})") from None


def _npz(path: Path) -> DataPeek:
    arrays = npz_shapes(path)
    names = _inputs_and_labels({name: shape for name, (_, shape) in arrays.items()})
    if names is None:
        raise DataError(f"{path}: no array of inputs is in this archive (found {', '.join(arrays) or 'nothing'})")
    x, y = names
    kind, shape = arrays[x]
    sample = _first_values(path, x, _SAMPLE_BYTES)
    return DataPeek(
        {"kind": "npz", "path": path.name, "x": x, "y": y},
        rows=shape[0],
        input_shape=shape[1:],
        classes=_label_count(path, y, *arrays[y]) if y else None,
        low=float(sample.min()) if sample.size else None,
        high=float(sample.max()) if sample.size else None,
        remarks=(f"x is {kind} {list(shape)}.",),
    )


def _inputs_and_labels(shapes: dict[str, tuple[int, ...]]) -> tuple[str, str | None] | None:
    """The names of the inputs (the array with the most values) and of the labels (flat, and as long)."""
    inputs = [name for name, shape in shapes.items() if len(shape) >= 2 and shape[0]]
    if not inputs:
        return None
    x = max(inputs, key=lambda name: (name in ("x", "images", "x_test"), _product(shapes[name])))
    flat = [name for name, shape in shapes.items() if shape == shapes[x][:1]]
    labels = [name for name in flat if name in _LABEL_NAMES] or flat
    return x, labels[0] if labels else None


def _product(shape: Sequence[int]) -> int:
    product = 1
    for n in shape:
        product *= n
    return product


def _label_count(path: Path, name: str, kind: Any, shape: tuple[int, ...]) -> int | None:
    if kind.kind not in "iu" or _product(shape) * kind.itemsize > _SAMPLE_BYTES:
        return None
    values = _first_values(path, name, _SAMPLE_BYTES)
    return int(values.max()) + 1 if values.size and values.min() >= 0 else None


def _first_values(path: Path, name: str, size: int) -> Any:
    """The finite values among the first `size` bytes of an array; empty for complex numbers."""
    import numpy as np

    with checked_zip(path) as archive:
        raw = member(archive, archive.getinfo(name + ".npy"), size)
    kind, _, _, start = npy_header(raw, name)
    if kind.kind == "c":
        return np.zeros(0)
    values = np.frombuffer(raw[start : len(raw) - (len(raw) - start) % kind.itemsize], dtype=kind)
    return values[np.isfinite(values)]


def _idx(path: Path) -> DataPeek:
    with gzip.open(path) if sniff(path) is FileKind.GZIP else path.open("rb") as file:
        magic = file.read(4)
        if len(magic) < 4 or magic[:2] != b"\0\0":
            raise DataError(f"{path}: this is not an IDX file")
        sizes = file.read(4 * magic[3])
    shape = tuple(int.from_bytes(sizes[i : i + 4], "big") for i in range(0, len(sizes), 4))
    if len(shape) < 2 or len(shape) != magic[3]:
        raise DataError(f"{path}: an IDX file of inputs is needed here, with at least two dimensions")
    labels = path.name.replace("images-idx3", "labels-idx1").replace("images.idx3", "labels.idx1")
    there = labels != path.name and (path.parent / labels).is_file()
    load = {"kind": "idx", "x": path.name, "y": labels if there else None}
    return DataPeek(load, shape[0], shape[1:], low=0.0, high=255.0 if magic[2] == 8 else None)


def _csv(path: Path) -> DataPeek:
    with path.open("rb") as file:
        raw = file.read(_SAMPLE_BYTES)
    text = raw.decode("utf-8-sig", "strict" if len(raw) < _SAMPLE_BYTES else "replace")
    first = text.split("\n", 1)[0]
    separator = max(",;\t|", key=first.count)
    table = csv.reader(io.StringIO(text), delimiter=separator)
    names = [name.strip() for name in next(table, [])]
    if len(names) < 2 or len(set(names)) < len(names) or not all(names):
        raise DataError(f"{path}: the first line of a CSV file must name at least two columns, each once")
    rows = [row for _, row in zip(range(_SAMPLE_ROWS), table, strict=False) if len(row) == len(names)]
    if not rows:
        raise DataError(f"{path}: no row has as many fields as the first line")
    columns = tuple(_column(name, [row[i].strip() for row in rows]) for i, name in enumerate(names))
    load: dict[str, str | None] = {"kind": "csv", "path": path.name}
    if separator != ",":
        load["separator"] = separator
    return _table(load, columns, f"Types and ranges are those of the first {len(rows)} rows.")


def _table(load: dict[str, str | None], columns: tuple[ColumnPeek, ...], remark: str) -> DataPeek:
    named = [c for c in columns if c.name.lower() in _LABEL_NAMES]
    label = named[0] if named else columns[-1]
    remarks = (remark,) if named else (remark, f"That '{label.name}' is the label is a guess: it is the last column.")
    features = tuple(c for c in columns if c is not label)
    load["label"] = label.name
    classes = None
    if label.type in ("binary", "integer") and label.low == 0 and label.high is not None:
        classes = int(label.high) + 1
    return DataPeek(load, None, (len(features),), classes, columns=features, remarks=remarks)


def _column(name: str, values: list[str]) -> ColumnPeek:
    try:
        numbers = [float(value) for value in values if value]
    except ValueError:
        distinct = tuple(sorted({value for value in values if value}))
        return ColumnPeek(name, "categorical", values=distinct if len(distinct) <= 20 else ())
    if not numbers or not all(abs(n) < 1e300 for n in numbers):
        return ColumnPeek(name, "continuous")
    whole = all(n.is_integer() for n in numbers)
    kind = "binary" if set(numbers) <= {0.0, 1.0} else "integer" if whole else "continuous"
    return ColumnPeek(name, kind, min(numbers), max(numbers))


def _parquet(path: Path) -> DataPeek:
    load: dict[str, str | None] = {"kind": "parquet", "path": path.name}
    try:
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ImportError:
        return DataPeek(load, remarks=("Install bartizan[tabular] to have its columns read off.",))
    try:
        file = parquet.ParquetFile(path)
        batch = next(file.iter_batches(batch_size=_SAMPLE_ROWS), None)
    except (arrow.ArrowException, ValueError) as error:
        raise DataError(f"{path}: this is not a Parquet file that can be read ({type(error).__name__})") from None
    if batch is None or batch.num_columns < 2:
        raise DataError(f"{path}: the table needs rows and at least two columns")
    columns = tuple(
        _column(name, ["" if v is None else _text(v) for v in batch.column(i).to_pylist()])
        for i, name in enumerate(batch.schema.names)
    )
    return _table(load, columns, f"Types and ranges are those of the first {batch.num_rows} rows.")


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _folder(path: Path) -> DataPeek:
    classes = sorted(
        p.name for p in path.iterdir() if p.is_dir() and any(f.suffix.lower() in _IMAGES for f in p.iterdir())
    )
    if len(classes) < 2:
        raise DataError(f"{path}: an image folder needs one sub-folder of images for each of at least two classes")
    load: dict[str, str | None] = {"kind": "image_folder", "path": path.name}
    return DataPeek(load, classes=len(classes), low=0.0, high=1.0, remarks=(f"Classes: {', '.join(classes[:20])}.",))


_LOOKS: dict[FileKind, Callable[[Path], DataPeek]] = {
    FileKind.NPZ: _npz,
    FileKind.IDX: _idx,
    FileKind.GZIP: _idx,
    FileKind.PARQUET: _parquet,
    FileKind.CSV: _csv,
}
