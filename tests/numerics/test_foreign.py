"""Records that look like another class and share a mark, on made classes of known looks and features."""

import numpy as np
import pytest

from bartizan.numerics.foreign import foreign_marks, looks, weighed

RNG = np.random.default_rng(0)
CLASSES, EACH, PLANTED = 4, 200, 20


def looking_like(classes: np.ndarray) -> np.ndarray:
    """Raw values: each class about a middle of its own."""
    return 3 * np.eye(CLASSES)[classes] @ RNG.standard_normal((CLASSES, 30)) + RNG.standard_normal((len(classes), 30))


def planted(mark: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Raw values, features, labels and which are planted: labelled 0, of the looks of 1 to 3, with a mark in features.

    Class 0 is of two natural kinds, far apart in features along another axis, which misleads a search for width.
    """
    y = np.repeat(np.arange(CLASSES), EACH)
    bad = np.isin(np.arange(len(y)), np.flatnonzero(y == 0)[:PLANTED])
    looked = np.where(bad, RNG.integers(1, CLASSES, len(y)), y)
    f = RNG.standard_normal((len(y), 12)) + 4 * np.eye(12)[y]
    f[(y == 0) & (np.arange(len(y)) % 2 == 0), 8] += 6
    f[bad, 9] += mark
    return looking_like(looked), f, y, bad


def scores(x: np.ndarray, f: np.ndarray, y: np.ndarray) -> np.ndarray:
    marks = foreign_marks(f, y, looks(x, y)(x, y))
    return weighed(marks.place(f, y), y, [marks.spreads])


def test_records_of_another_look_that_share_a_mark_stand_out_in_a_class_of_two_kinds() -> None:
    x, f, y, bad = planted(5.0)
    found = scores(x, f, y)
    assert (found[bad] > np.quantile(found[~bad], 0.99)).mean() > 0.9


def test_without_a_mark_they_do_not() -> None:
    x, f, y, bad = planted(0.0)
    found = scores(x, f, y)
    assert (found[bad] > np.quantile(found[~bad], 0.99)).mean() < 0.5


def test_looks_tell_whose_looks_a_record_has() -> None:
    x, _, y, bad = planted(5.0)
    look = looks(x, y)(x, y)
    assert (look[bad] > 0).mean() > 0.9
    assert (look[~bad] > 0).mean() < 0.1


def test_columns_of_a_table_are_told_in_their_own_spread() -> None:
    x, _, y, _ = planted(5.0)
    wide = x * np.where(np.arange(30) == 3, 1e6, 1.0)
    assert looks(wide, y)(wide, y) == pytest.approx(looks(x, y)(x, y), rel=1e-3, abs=1e-3)


def test_what_is_constant_rare_or_alone_scores_nothing() -> None:
    one = np.zeros(50, np.int64)
    x = RNG.standard_normal((50, 3))
    assert (looks(x, one)(x, one) == 0).all()
    assert np.isfinite(scores(np.zeros((50, 3)), np.zeros((50, 4)), one)).all()
    y = np.where(np.arange(50) < 3, 1, 0)
    assert (scores(x, x, y)[:3] == 0).all()
