"""Tables on disk as columns: comma-separated text and Parquet."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.errors import DataError
from bartizan.formats.bounded import MEMORY_LIMIT, regular_file

Columns = dict[str, NDArray[Any]]  # texts as objects, numbers as numbers


def read_csv(path: Path, separator: str = ",", *, limit: int = MEMORY_LIMIT // 16) -> Columns:
    """Columns of texts by name from a UTF-8 file with a header line. Raises `DataError` at the line that is wrong."""
    regular_file(path, "csv", DataError)
    if path.stat().st_size > limit:
        raise DataError(f"{path} is larger than the {limit:,} bytes allowed for text; convert it to Parquet")
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _columns(csv.reader(stream, delimiter=separator, strict=True), path)
    except UnicodeDecodeError as cause:
        raise DataError(f"{path} is not UTF-8 text (byte {cause.start})") from cause
    except csv.Error as cause:
        raise DataError(f"{path} cannot be read as a table: {cause}") from cause


def read_parquet(path: Path, *, limit: int = MEMORY_LIMIT) -> Columns:
    """Columns by name. Raises `DataError` when it is no Parquet file or would unpack to more than `limit` bytes."""
    import pyarrow
    from pyarrow import parquet

    regular_file(path, "parquet", DataError)
    try:
        source = parquet.ParquetFile(path)
        groups = range(source.metadata.num_row_groups)
        if sum(source.metadata.row_group(i).total_byte_size for i in groups) > limit:
            raise DataError(f"{path} would unpack to more than the {limit:,} bytes allowed")
        table = source.read(use_threads=False)
        return {name: _plain(table.column(name)) for name in _unique(table.column_names, path)}
    except (pyarrow.ArrowException, OSError, ValueError, KeyError) as cause:
        raise DataError(f"{path} cannot be read as Parquet: {str(cause).splitlines()[0]}") from cause


def _columns(reader: Any, path: Path) -> Columns:
    header = next(reader, None)
    if not header:
        raise DataError(f"{path} is empty; a header line is due")
    names = _unique([h.strip() for h in header], path)
    rows = []
    for row in reader:
        if not row:
            continue
        if len(row) != len(names):
            raise DataError(f"{path}:{reader.line_num}: {len(row)} values for {len(names)} columns")
        rows.append(row)
    table = np.array(rows, dtype=object).reshape(len(rows), len(names))
    return {name: table[:, i] for i, name in enumerate(names)}


def _unique(names: list[str], path: Path) -> list[str]:
    twice = next((n for i, n in enumerate(names) if n in names[:i]), None)
    if twice is not None:
        raise DataError(f"{path} has two columns called {twice!r}")
    return names


def _plain(column: Any) -> NDArray[Any]:
    if column.null_count:
        raise DataError(f"a column holds {column.null_count} empty values; fill them in first")
    return np.asarray(column.to_numpy(zero_copy_only=False))
