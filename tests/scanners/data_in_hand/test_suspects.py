"""Bad input first; then that the pass finds what was altered, and keeps to its alarms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch")

from bartizan.attacks.stacked import Recipe
from bartizan.core.errors import DataError, UsageError
from bartizan.scanners.data_in_hand import SIGNALS, Suspects, suspects
from bartizan.scanners.data_in_hand.copies import copies
from bartizan.scanners.data_in_hand.folds import folds_of, inside_of
from bartizan.scanners.training_controls import clouds


def build() -> Any:
    from torch import nn

    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))


RECIPE = Recipe(build, epochs=6, batch=32, rate=1e-2)
ROLES = clouds(50)
X, Y = ROLES.writable.x, ROLES.writable.y
CLEAN = (ROLES.auxiliary.x, ROLES.auxiliary.y)


def look(x: Any = X, y: Any = Y, **more: Any) -> Suspects:
    return suspects(x, y, **{"recipe": RECIPE, "folds": 3, "seed": 0, **more})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"y": np.zeros(len(Y), np.int64)}, "one class"),
        ({"x": np.ones_like(X)}, "all 400 records are equal"),
        ({"y": Y[:-1]}, "do not match"),
        ({"y": Y.astype(float)}, "number the classes"),
        ({"y": np.where(np.arange(len(Y)) < 2, 7, Y)}, "class 7 has 2 records, fewer than the 3 folds"),
        ({"x": np.where(np.arange(len(X))[:, None] == 5, np.nan, X)}, "record 5 holds a value that is no number"),
        ({"ids": ["a"] * len(Y)}, "the id 'a' is given to two records"),
        ({"ids": ["a"]}, "1 ids for 400 records"),
        ({"trusted": (X[:30], Y[:30])}, "30 records in question are among the trusted ones"),
        ({"trusted": (CLEAN[0][:5], CLEAN[1][:5])}, "at least 20"),
        ({"trusted": (CLEAN[0][:, :3], CLEAN[1])}, "of the same shape"),
        ({"trusted": (CLEAN[0], CLEAN[1] + 9)}, "which no record in question has"),
    ],
)
def test_data_no_pass_can_be_made_over_are_one_sentence(given: dict[str, Any], says: str) -> None:
    with pytest.raises(DataError, match=says) as error:
        look(**given)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("given", [{"rate": 0.0}, {"rate": 1.5}, {"folds": 1}, {"repeats": 0}])
def test_settings_out_of_range_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        look(**given)


def test_wrong_labels_are_ranked_first_and_counted() -> None:
    found = look(trusted=CLEAN)
    assert (np.argsort(-found.scores["wrong_label"])[:40] < 50).mean() > 0.9
    assert (found.ranked[:4] < 50).any()
    alarm = found.alarms["wrong_label"]
    assert (alarm.flagged < 50).mean() > 0.8
    assert (alarm.flagged < 50).sum() > 35
    assert alarm.low is not None
    assert alarm.low > 0.05
    assert 35 < found.errors < 70


def test_clean_data_stay_within_their_alarms_and_without_trust_nothing_is_claimed() -> None:
    roles = clouds(0)
    found = look(roles.writable.x, roles.writable.y, trusted=(roles.auxiliary.x, roles.auxiliary.y), rate=0.05)
    for name, alarm in found.alarms.items():
        assert len(alarm.flagged) < 0.12 * len(Y), name
        assert alarm.low is not None
        assert alarm.low <= 0.01, name
    alone = look(rate=0.05)
    assert all(a.p is None and a.excess is None and len(a.flagged) == a.expected == 20 for a in alone.alarms.values())
    assert "whether anything is wrong at all is not said" in " ".join(alone.notes)


def test_the_same_seed_gives_the_same_and_nobody_elses_randomness_is_touched() -> None:
    np.random.seed(3)
    before = np.random.get_state()[1].copy()
    one, two = look(), look()
    assert (one.ranked == two.ranked).all()
    assert all((one.scores[s.id] == two.scores[s.id]).all() for s in SIGNALS)
    assert (np.random.get_state()[1] == before).all()


def test_equal_records_are_left_out_together_and_folds_have_every_class() -> None:
    x, y = np.concatenate([X, X[:40]]), np.concatenate([Y, Y[:40]])
    group = copies(x, y).group
    for fold in folds_of(y, group, 4, 2, 0):
        assert (fold[:40] == fold[400:]).all()
        assert {(f, c) for f, c in zip(fold, y, strict=True)} == {(f, c) for f in range(4) for c in range(3)}
    inside = inside_of(folds_of(y, group, 4, 2, 0), 4)
    assert (inside.sum(axis=0) == 6).all()


def test_copies_near_copies_and_contradictions_are_told_apart() -> None:
    x = np.concatenate([X, X[:3], X[3:4] + 1e-4])
    y = np.concatenate([Y, [Y[0], Y[1], (Y[2] + 1) % 3], Y[3:4]])
    found = copies(x.astype(np.float32), y)
    assert set(found.same) == {0, 1, 2, 400, 401, 402}
    assert set(found.contradicting) == {2, 402}
    assert found.near is not None
    assert found.near.tolist() == [[3, 403]]


def _triggered(share: float) -> tuple[Any, Any, NDArray[np.bool_]]:
    """Records of three classes that spread most in one column; some of classes 1 and 2 bear a mark and the label 0."""
    rng = np.random.default_rng(7)
    y = rng.integers(3, size=900)
    x = 3 * np.eye(3, 6)[y] + 0.5 * rng.standard_normal((900, 6)) * np.array([1, 1, 1, 6, 1, 1])
    bad = np.zeros(900, np.bool_)
    bad[rng.choice(np.flatnonzero(y != 0), round(share * 900), replace=False)] = True
    x[bad, 5] += 5
    return x.astype(np.float32), np.where(bad, 0, y), bad


@pytest.mark.parametrize("share", [0.02, 0.06])
def test_records_with_a_trigger_are_ranked_above_clean_ones(share: float) -> None:
    x, y, bad = _triggered(share)
    found = look(x, y, recipe=Recipe(build, epochs=12, batch=32, rate=1e-2))
    for name in ("spectral", "cluster"):
        scores = found.scores[name]
        assert (scores[bad] > np.quantile(scores[~bad], 0.99)).mean() > 0.7, name
