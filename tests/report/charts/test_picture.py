import struct
import zlib

import numpy as np
import pytest

from bartizan.report.charts.picture import data_uri, png, to_pixels


def decode(data: bytes) -> np.ndarray:
    """An independent reader of unfiltered 8-bit PNG."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, body, header = 8, b"", b""
    while at < len(data):
        n, kind = struct.unpack(">I4s", data[at : at + 8])
        chunk = data[at + 8 : at + 8 + n]
        assert struct.unpack(">I", data[at + 8 + n : at + 12 + n])[0] == zlib.crc32(kind + chunk)
        header, body = (chunk if kind == b"IHDR" else header), body + (chunk if kind == b"IDAT" else b"")
        at += 12 + n
    width, height, _, colour = struct.unpack(">IIBB", header[:10])
    rows = np.frombuffer(zlib.decompress(body), np.uint8).reshape(height, -1)
    assert (rows[:, 0] == 0).all()
    return rows[:, 1:].reshape((height, width, 3) if colour == 2 else (height, width))


@pytest.mark.parametrize("shape", [(3, 5), (4, 2, 3)])
def test_what_is_written_is_what_is_read(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    assert (decode(png(pixels)) == pixels).all()


@pytest.mark.parametrize(("channels", "shape"), [(1, (6, 7)), (3, (6, 7, 3)), (4, (6, 7))])
def test_channels_become_grey_or_colour(channels, shape):
    assert to_pixels(np.ones((channels, 6, 7)), 0, 1).shape == shape


def test_values_are_scaled_and_clipped():
    assert to_pixels(np.array([[[-1.0, 0.0, 0.5, 1.0, 9.0]]]), 0.0, 1.0).tolist() == [[0, 0, 128, 255, 255]]


def test_a_flat_range_is_no_division_by_zero():
    assert to_pixels(np.zeros((1, 2, 2)), 0.0, 0.0).tolist() == [[0, 0], [0, 0]]


def test_a_picture_travels_inside_the_page():
    assert data_uri(np.zeros((2, 2), np.uint8)).startswith("data:image/png;base64,iVBOR")
