"""npz data: every way it can be wrong, told in one sentence, and that right data come through unchanged."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.core.errors import DataError, UsageError
from bartizan.core.system import DataAsset
from bartizan.core.target import TargetInfo
from bartizan.datasets.open import check_fit, open_dataset

X = np.linspace(0, 1, 2 * 3 * 3, dtype=np.float32).reshape(2, 1, 3, 3)
Y = np.array([0, 2])


def _open(folder: Path, arrays: dict[str, Any] | None = None, **load: Any) -> Any:
    if arrays is not None:
        np.savez(folder / "data.npz", **arrays)
    return open_dataset(
        DataAsset.model_validate({"id": "test", "load": {"kind": "npz", "path": "data.npz", **load}}), folder
    )


def _nan() -> Any:
    x = X.copy()
    x[1, 0, 2, 2] = np.nan
    return x


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        (None, "no file"),
        ({"x": X, "labels": Y}, "no array called 'y'"),
        ({"images": X, "y": Y}, "no array called 'x'"),
        ({"x": X[:0], "y": Y[:0]}, "empty"),
        ({"x": _nan(), "y": Y}, "1 of 2 examples hold NaN or infinite values (first: row 1)"),
        ({"x": X, "y": Y[:1]}, "2 inputs but labels of shape [1]"),
        ({"x": X, "y": np.array([0, -1])}, "the label -1 in row 1 is out of range (1 such"),
        ({"x": X, "y": np.array([0, 1.5])}, "not whole numbers (first: row 1, 1.5)"),
        ({"x": X, "y": np.array([0, np.nan])}, "not whole numbers"),
        ({"x": X, "y": np.eye(2)}, "one whole number an example"),
        ({"x": X.reshape(-1), "y": Y}, "one row an example"),
        ({"x": X.astype(str), "y": Y}, "texts"),
        ({"x": X.astype(complex), "y": Y}, "complex"),
    ],
)
def test_data_that_cannot_be_used_are_told_in_one_sentence(
    tmp_path: Path, arrays: dict[str, Any] | None, says: str
) -> None:
    with pytest.raises(UsageError) as told:
        _open(tmp_path, arrays)
    assert says in str(told.value)
    assert "'test'" in str(told.value)
    assert "\n" not in str(told.value)


def test_object_arrays_are_never_unpickled(tmp_path: Path) -> None:
    class Payload:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "made"),)

    with pytest.raises(UsageError, match="pickle"):
        _open(tmp_path, {"x": np.array([[Payload()]], object), "y": np.array([0])})
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("damage", ["cut", "text", "empty"])
def test_a_damaged_archive_is_refused(tmp_path: Path, damage: str) -> None:
    np.savez(tmp_path / "data.npz", x=X, y=Y)
    file = tmp_path / "data.npz"
    file.write_bytes({"cut": file.read_bytes()[:-30], "text": b"hello", "empty": b""}[damage])
    with pytest.raises(UsageError):
        _open(tmp_path)


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "data.npz", x=np.zeros((2, 200_000_000), np.uint8)[:, :0], y=Y)
    import zipfile

    with zipfile.ZipFile(tmp_path / "data.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", b"\0" * (32 << 20))
        info = archive.infolist()[0]
        info.file_size = 64 << 30
    with pytest.raises(UsageError):
        _open(tmp_path)


def test_values_come_through_as_they_are(tmp_path: Path) -> None:
    x = (X * 255).astype(np.uint8)
    data = _open(tmp_path, {"x": x, "y": Y})
    np.testing.assert_array_equal(data.x, x.astype(np.float32))
    np.testing.assert_array_equal(data.y, Y)
    scaled = _open(tmp_path, scale=1 / 255)
    assert scaled.x.max() == pytest.approx(1.0)


def test_fortran_order_and_big_endian_are_read_right(tmp_path: Path) -> None:
    x = np.asfortranarray(np.arange(6, dtype=">f8").reshape(2, 3))
    np.testing.assert_array_equal(_open(tmp_path, {"x": x, "y": Y}).x, np.arange(6).reshape(2, 3))


def test_grey_images_get_their_channel(tmp_path: Path) -> None:
    assert _open(tmp_path, {"x": X[:, 0], "y": Y}).x.shape == (2, 1, 3, 3)


def test_without_labels_nothing_is_right_or_wrong(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no labels; say under 'y'"):
        _open(tmp_path, {"x": X}, y=None)


def test_data_and_model_must_fit(tmp_path: Path) -> None:
    data = _open(tmp_path, {"x": X, "y": Y})
    check_fit(TargetInfo(id="m", input_shape=(1, 3, 3), classes=3), data)
    with pytest.raises(DataError, match=r"label 2 in row 1.*0 to 1"):
        check_fit(TargetInfo(id="m", input_shape=(1, 3, 3), classes=2), data)
    with pytest.raises(DataError, match="shape"):
        check_fit(TargetInfo(id="m", input_shape=(1, 4, 4), classes=3), data)
