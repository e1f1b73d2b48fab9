"""Every kind of file is told by its bytes, whatever it is called, and strange bytes are no kind at all."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bartizan.formats.sniff import FileKind, sniff


def _zip(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return out.getvalue()


def _npy() -> bytes:
    out = io.BytesIO()
    np.save(out, np.zeros(2))
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", FileKind.EMPTY),
        (struct.pack("<Q", 2) + b"{}", FileKind.SAFETENSORS),
        (_npy(), FileKind.NPY),
        (_zip("x.npy", "y.npy"), FileKind.NPZ),
        (_zip("m/data.pkl", "m/version"), FileKind.TORCH),
        (_zip("m/data.pkl", "m/constants.pkl"), FileKind.TORCHSCRIPT),
        (_zip("m/archive_format", "m/models/model.json"), FileKind.TORCH_EXPORT),
        (_zip("schema.json"), FileKind.SKOPS),
        (_zip("word/document.xml"), FileKind.ZIP),
        (b"PK\x03\x04 cut", FileKind.ZIP),
        *((pickle.dumps({"a": 1}, protocol=p), FileKind.PICKLE) for p in range(6)),
        (gzip.compress(b"x", mtime=0), FileKind.GZIP),
        (b"\0\0\x08\x01\0\0\0\x01x", FileKind.IDX),
        (b"tree\nversion=v4\n", FileKind.LIGHTGBM),
        (b'{"learner": {}}', FileKind.XGBOOST_JSON),
        (b'{"a": 1}', FileKind.JSON),
        (b"{L\0\0\0\0\0\0\0\x07learner{", FileKind.XGBOOST_UBJ),
        (b"a,b\n1,2\n", FileKind.CSV),
        (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
        (b"\xff\xd8\xff\xe0", FileKind.JPEG),
        (b"PAR1", FileKind.PARQUET),
        (b"import os\nprint(1)\n", FileKind.TEXT),
        (b"hello", FileKind.TEXT),
        (b"hel\x01lo", FileKind.UNKNOWN),
        (b"GGUF\3\0\0\0", FileKind.GGUF),
        (b"BZh91AY", FileKind.BZIP2),
        (b"\x7fELF\2", FileKind.PROGRAM),
        (_zip("config.json", "metadata.json", "model.weights.h5"), FileKind.KERAS),
        (bytes(range(200, 256)), FileKind.UNKNOWN),
    ],
)
def test_kinds(tmp_path: Path, raw: bytes, kind: FileKind) -> None:
    (tmp_path / "file.misleading").write_bytes(raw)
    assert sniff(tmp_path / "file.misleading") is kind
