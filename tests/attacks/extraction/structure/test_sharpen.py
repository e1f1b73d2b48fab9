"""A plane that is roughly known becomes sharp; one that is not there stays as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bartizan.attacks.extraction import recover_relu
from bartizan.attacks.extraction.structure.answers import Precision
from bartizan.attacks.extraction.structure.planes import Plane, Rest
from bartizan.attacks.extraction.structure.sharpen import sharpened

INPUTS, UNITS, NOISE = 30, 12, 3e-6
rng = np.random.default_rng(0)
W = rng.standard_normal((UNITS, INPUTS))
SIZE = np.linalg.norm(W, axis=1, keepdims=True)
W, B = W / SIZE, 0.3 * rng.standard_normal(UNITS)
A = rng.standard_normal((UNITS, 6))


def network(x: Any) -> Any:
    w, b, a = (m.astype(np.float32) for m in (W, B, A))
    return np.maximum(x.astype(np.float32) @ w.T + b, 0) @ a


def plane(unit: int, off: float) -> Plane:
    """The unit's, turned by `off` about a point of it."""
    turned = W[unit] + off * np.random.default_rng(unit).standard_normal(INPUTS) / INPUTS**0.5
    turned /= np.linalg.norm(turned)
    at = -B[unit] * W[unit]
    return Plane(turned, -float(turned @ at), A[unit], np.stack([at - 0.01 * turned, at + 0.01 * turned]))


def asked(known: tuple[Plane, ...] = ()) -> Rest:
    return Rest(Precision(network, np.zeros((2, INPUTS))), known)


@pytest.mark.parametrize("off", [1e-4, 1e-3, 1e-2])
def test_a_rough_plane_becomes_sharp_in_float32(off: float) -> None:
    for unit in range(3):
        better = sharpened(asked(), plane(unit, off), 5.0, NOISE, np.random.default_rng(1))
        assert np.linalg.norm(better.normal - W[unit]) < 3e-5
        assert abs(better.offset - B[unit]) < 1e-4
        assert np.abs(better.weight - A[unit]).max() < 1e-2


def test_a_plane_without_a_unit_is_left_alone() -> None:
    wrong = replace(plane(0, 0.0), weight=A[1] * 3)
    assert sharpened(asked(), wrong, 5.0, NOISE, np.random.default_rng(1)) is wrong


def test_what_is_known_is_taken_away() -> None:
    x = np.random.default_rng(2).standard_normal((50, INPUTS))
    rest = asked(tuple(plane(unit, 0.0) for unit in range(UNITS)))
    assert np.abs(rest(x)).max() < 1e-5
    assert np.abs(asked()(x)).max() > 1


def test_units_hidden_behind_the_errors_of_others_are_found_in_float32() -> None:
    rng = np.random.default_rng(0)
    w, b, a = rng.standard_normal((48, 60)) / 60**0.5, 0.5 * rng.standard_normal(48), rng.standard_normal((48, 8))
    w, b, a = (m.astype(np.float32) for m in (w, b, a))
    own = np.random.default_rng(1).standard_normal((200, 60))
    found = recover_relu(lambda x: np.maximum(x.astype(np.float32) @ w.T + b, 0) @ a, own)
    assert (found.outcome, found.units, found.signed) == ("recovered", 48, True)
    assert found.error < 1e-4
