"""Archives that unpack to a hundred times their size need review where that is much; zeros of some MB do not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from bartizan.formats.archives.zip_layout import _sizes
from bartizan.formats.model_scan import inspect_file
from bartizan.formats.verdict import RULES, Verdict

MIB = 1 << 20


def _member(size: int, packed: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x.npy")
    info.file_size, info.compress_size, info.compress_type = size, packed, zipfile.ZIP_DEFLATED
    info.header_offset = 0
    return info


@pytest.mark.parametrize(
    ("members", "rules"),
    [
        ([_member(2000 * MIB, 2 * MIB)], ["swells"]),
        ([_member(300 * MIB, MIB // 3)], ["swells"]),
        ([_member(200 * MIB, MIB // 5)] * 6, ["swells"]),
        ([_member(9 << 30, 9 * MIB)], ["bomb", "swells"]),
        ([_member(255 * MIB, MIB // 4)], []),
        ([_member(2000 * MIB, 200 * MIB)], []),
    ],
)
def test_what_unpacks_to_much_more_than_its_size(members: list[zipfile.ZipInfo], rules: list[str]) -> None:
    assert [r.rule for r in _sizes(members, "")] == rules
    assert RULES["swells"].verdict is Verdict.REVIEW


def test_packed_arrays_of_zeros_of_some_megabytes_are_approved(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "zeros.npz", x=np.zeros((1024, 1024)))
    assert not inspect_file(tmp_path / "zeros.npz").reasons
