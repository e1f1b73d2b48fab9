"""Random noise: the yardstick that every attack must beat."""

from __future__ import annotations

import numpy as np
import pytest

from bartizan.attacks.evasion.apgd import Apgd
from bartizan.attacks.evasion.noise import Noise
from bartizan.attacks.evasion.square import Square
from bartizan.core.access import Budget
from bartizan.core.data import Data
from bartizan.core.vocabulary import Capability
from bartizan.numerics.projections import size_of

from .conftest import Net, attack, flags, least_change, linear_case, referee, value

torch = pytest.importorskip("torch")
LABELS = Capability.LABELS


def test_is_weaker_than_any_attack(reading: Net, digits: Data) -> None:
    noise, _ = attack(Noise, reading, digits, LABELS)
    square, _ = attack(Square, reading, digits, Capability.SCORES, wider=0, queries=200)
    apgd, _ = attack(Apgd, reading, digits, Capability.LOGITS, size_steps=0)
    errors = [value(referee(reading, digits, a), "robust_error") for a in (noise, square, apgd)]
    assert errors == sorted(errors)
    assert errors[0] <= 0.1
    assert errors[1] >= errors[0] + 0.1
    assert errors[2] >= errors[1] + 0.1


def test_is_not_held_against_itself(reading: Net, few: Data) -> None:
    found, _ = attack(Noise, reading, few, LABELS, eps=0.5)
    measured = referee(reading, few, found, eps=0.5)
    assert "noise_beats_attack" not in flags(measured)
    assert not [m for m in measured.measurements if m.estimand == "noise_beats_attack"]


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_stays_in_the_ball_and_breaks_what_is_next_to_the_boundary(norm: str) -> None:
    target, data = linear_case(4)
    exact = least_change(target, data, norm)
    eps = float(exact.max())
    found, _ = attack(Noise, target, data, LABELS, norm=norm, eps=eps)
    assert (size_of(found.arrays["changed"].astype(np.float64) - data.x, norm) <= eps * (1 + 1e-6)).all()
    won = found.arrays["won"]
    assert won[exact < 0.05 * eps].all()
    assert not won[exact > 0.95 * eps].any()


@pytest.mark.parametrize("queries", [1, 3])
def test_spends_no_more_than_it_may(queries: int, reading: Net, few: Data) -> None:
    _, view = attack(Noise, reading, few, LABELS, eps=0.5, budget=Budget(queries_per_example=queries))
    assert view.meter.per_example.max() == queries
    _, view = attack(Noise, reading, few, LABELS, eps=0.5, budget=Budget(queries=queries * 15))
    assert view.meter.queries <= queries * 15


def test_the_seed_decides_every_bit(reading: Net, few: Data) -> None:
    one, two, other = (attack(Noise, reading, few, LABELS, seed=s, eps=0.5)[0] for s in (1, 1, 2))
    assert all(one.arrays[n].tobytes() == two.arrays[n].tobytes() for n in one.arrays)
    assert one.arrays["changed"].tobytes() != other.arrays["changed"].tobytes()
