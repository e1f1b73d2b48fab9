"""The other sources of data: right ones come through, wrong ones are told in one sentence."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.core.errors import DataError, UsageError
from bartizan.core.system import DataAsset
from bartizan.datasets.open import open_dataset

X = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
Y = np.array([1, 0], np.uint8)


def _open(folder: Path, **load: Any) -> Any:
    return open_dataset(DataAsset.model_validate({"id": "test", "load": load}), folder)


def _idx(a: Any, code: int = 8) -> bytes:
    return bytes([0, 0, code, a.ndim]) + struct.pack(f">{a.ndim}I", *a.shape) + a.tobytes()


def _table(folder: Path, text: str) -> None:
    (folder / "t.csv").write_text(text, encoding="utf-8")


def _says(says: str, call: Callable[[], Any]) -> None:
    with pytest.raises(UsageError) as told:
        call()
    assert says in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "x").write_bytes(pack(_idx(X)))
    (tmp_path / "y").write_bytes(pack(_idx(Y)))
    data = _open(tmp_path, kind="idx", x="x", y="y")
    np.testing.assert_array_equal(data.x[:, 0], X)
    np.testing.assert_array_equal(data.y, Y)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (_idx(X)[:-1], "holds only 17"),
        (_idx(X) + b"0", "holds more"),
        (_idx(X)[:7], "cut off"),
        (b"hello", "not an IDX"),
        (bytes([0, 0, 8, 1]) + struct.pack(">I", 2**32 - 1), "only 0"),
        (bytes([0, 0, 14, 2]) + struct.pack(">II", 2**32 - 1, 9), "more than"),
        (gzip.compress(_idx(X), mtime=0)[:-12], "cannot be unpacked"),
    ],
)
def test_idx_that_is_wrong(tmp_path: Path, raw: bytes, says: str) -> None:
    (tmp_path / "x").write_bytes(raw)
    _says(says, lambda: _open(tmp_path, kind="idx", x="x"))
    _says("no file", lambda: _open(tmp_path, kind="idx", x="z"))


FEATURES = [
    {"name": "colour", "type": "categorical", "one_of": ["red", "green"]},
    {"name": "age", "type": "integer", "range": [0, 100], "mutable": False},
]


def test_csv_takes_the_described_columns_in_order_and_codes_words(tmp_path: Path) -> None:
    _table(tmp_path, "age,colour,y,left\n30,green,1,?\n40,red,0,?\n")
    data = _open(tmp_path, kind="csv", path="t.csv", label="y", features=FEATURES)
    np.testing.assert_array_equal(data.x, [[1, 30], [0, 40]])
    np.testing.assert_array_equal(data.y, [1, 0])
    assert [f.name for f in data.features] == ["colour", "age"]
    assert data.features[0].values == (0.0, 1.0)
    assert data.features[1].high == 100
    assert not data.features[1].mutable


def test_csv_without_description_takes_all_but_the_label(tmp_path: Path) -> None:
    _table(tmp_path, "a;b;y\n1;-2.5;True\n")
    data = _open(tmp_path, kind="csv", path="t.csv", label="y", separator=";")
    np.testing.assert_array_equal(data.x, [[1, -2.5]])
    assert [f.name for f in data.features] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("age,colour,y\n", "empty"),
        ("age,color,y\n1,red,0\n", "did you mean 'color'"),
        ("age,colour,z\n1,red,0\n", "no column called 'y'"),
        ("age,colour,y\n1,blue,0\n", "'blue' (row 0), not in its 'one_of'"),
        ("age,colour,y\n1,red,0\nold,red,1\n", "'old', which is not a number (row 1)"),
        ("age,colour,y\n,red,0\n", "'age' is empty (row 0)"),
        ("age,colour,y\nnan,red,0\n", "NaN"),
        ("age,colour,y\n101,red,0\n", "outside its range [0, 100]"),
        ("age,colour,y\n1,red\n", "t.csv:2: 2 values for 3 columns"),
        ("age,age,y\n1,2,3\n", "two columns called 'age'"),
        ('age,colour,y\n1,"red,0\n', "cannot be read as a table"),
        ("age,colour,y\n1,red,spam\n", "'y' holds 'spam'"),
        ("age,colour,y\n1,red,-1\n", "out of range"),
    ],
)
def test_csv_that_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    _table(tmp_path, text)
    _says(says, lambda: _open(tmp_path, kind="csv", path="t.csv", label="y", features=FEATURES))


def test_parquet(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pa.table({"age": [1, 2], "colour": ["red", "green"], "y": [0, 1]}), tmp_path / "t.parquet")
    data = _open(tmp_path, kind="parquet", path="t.parquet", label="y", features=FEATURES)
    np.testing.assert_array_equal(data.x, [[0, 1], [1, 2]])
    parquet.write_table(pa.table({"age": [1, None], "y": [0, 1]}), tmp_path / "t.parquet")
    _says("empty values", lambda: _open(tmp_path, kind="parquet", path="t.parquet", label="y"))
    (tmp_path / "t.parquet").write_bytes(b"PAR1 nonsense PAR1")
    _says("cannot be read as Parquet", lambda: _open(tmp_path, kind="parquet", path="t.parquet", label="y"))


def _pictures(folder: Path, size: tuple[int, int] = (4, 3)) -> None:
    from PIL import Image

    for i, name in enumerate(("b", "a")):
        (folder / "pics" / name).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, (i * 255, 0, 51)).save(folder / "pics" / name / "p.png")


def test_image_folder(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    _says("no folder", lambda: _open(tmp_path, kind="image_folder", path="pics"))
    _pictures(tmp_path)
    data = _open(tmp_path, kind="image_folder", path="pics")
    assert data.x.shape == (2, 3, 3, 4)
    np.testing.assert_array_equal(data.y, [0, 1])
    assert data.x[0, 0, 0, 0] == 1.0
    assert data.x[0, 2, 0, 0] == pytest.approx(0.2)
    assert _open(tmp_path, kind="image_folder", path="pics", size=[2, 5], channels=1).x.shape == (2, 1, 2, 5)


def test_image_folder_that_is_wrong(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    (tmp_path / "pics").mkdir()
    _says("no sub-folder", lambda: _open(tmp_path, kind="image_folder", path="pics"))
    _pictures(tmp_path)
    from PIL import Image

    Image.new("L", (9, 9)).save(tmp_path / "pics" / "b" / "q.jpg")
    _says("another size", lambda: _open(tmp_path, kind="image_folder", path="pics"))
    (tmp_path / "pics" / "b" / "q.jpg").write_bytes(b"\xff\xd8\xff cut")
    _says("cannot be read as a picture", lambda: _open(tmp_path, kind="image_folder", path="pics"))
    (tmp_path / "pics" / "b" / "q.jpg").write_text("words")
    _says("neither a PNG", lambda: _open(tmp_path, kind="image_folder", path="pics"))


def test_function(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("import numpy as np\nX = np.ones((2, 3))\n")
    (tmp_path / "mine.py").write_text(
        "from helper import X\ndef data():\n    return X, [0, 1]\ndef odd():\n    return 3\n"
        "def fails():\n    raise OSError('no disk')\n"
    )
    assert _open(tmp_path, kind="function", function="mine:data").x.shape == (2, 3)
    assert _open(tmp_path, kind="function", function="mine.py:data").x.shape == (2, 3)
    _says("returned int", lambda: _open(tmp_path, kind="function", function="mine:odd"))
    _says("OSError: no disk", lambda: _open(tmp_path, kind="function", function="mine:fails"))


def test_asset_without_load(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing under 'load'"):
        open_dataset(DataAsset.model_validate({"id": "test"}), tmp_path)


def test_a_word_for_a_label_is_told_what_labels_are(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,y\n1,cat\n")
    with pytest.raises(DataError, match=r"'cat'.*classes are whole numbers that count from 0"):
        _open(tmp_path, kind="csv", path="t.csv", label="y")


def test_a_number_too_large_is_refused_without_a_warning(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    (tmp_path / "t.csv").write_text("a,y\n1e39,0\n")
    with pytest.raises(DataError, match=r"beyond 3\.4e38"):
        _open(tmp_path, kind="csv", path="t.csv", label="y")
    assert not recwarn.list
