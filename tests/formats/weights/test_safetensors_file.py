"""What is wrong with a file of safetensors is told in figures."""

from __future__ import annotations

import struct
from pathlib import Path

from bartizan.formats.model_scan import inspect_file


def test_a_header_that_promises_more_than_there_is_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.safetensors").write_bytes(struct.pack("<Q", 1 << 40) + b'{"w":1}')
    told = [r.text for r in inspect_file(tmp_path / "m.safetensors").reasons]
    assert any("promises a 1,099,511,627,776-byte header" in text for text in told)


def test_a_tensor_out_of_place_is_told_with_its_span(tmp_path: Path) -> None:
    header = b'{"w":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}'
    (tmp_path / "m.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 5)
    (reason,) = inspect_file(tmp_path / "m.safetensors").reasons
    assert "(0 to 9 of 5 bytes)" in reason.text
