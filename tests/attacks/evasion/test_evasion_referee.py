"""The referee believes its own queries only, whatever an attack hands over, and doubts what deserves it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bartizan.attacks.evasion.apgd import Apgd
from bartizan.core.artifact import Artifact
from bartizan.core.data import Data
from bartizan.core.vocabulary import Capability
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.linear import LinearTarget

from .conftest import Net, attack, flags, least_change, linear_case, referee, value

torch = pytest.importorskip("torch")
LOGITS = Capability.LOGITS


def hand_over(data: Data, changed: np.ndarray, **claims: Any) -> Artifact:
    """An attack's word for it: every input succeeded at the first try."""
    n, x = len(data), np.asarray(changed, np.float32)
    arrays = {"changed": x, "smallest": x, "won": np.ones(n, bool), "tries": np.ones(n, np.int64)}
    return Artifact("perturbed_inputs", arrays, {"norm": "linf", "eps": 0.1, **claims})


def other_class(data: Data) -> np.ndarray:
    """For each example an image of another class: it fools the model, and is nowhere near."""
    return np.stack([data.x[np.flatnonzero(data.y != y)[0]] for y in data.y])


@pytest.mark.parametrize("lie", ["elsewhere", "above the box", "not a number", "another shape"])
def test_what_no_adversary_may_send_is_a_failure(lie: str, reading: Net, few: Data) -> None:
    x = {
        "elsewhere": other_class(few),
        "above the box": few.x + 1.5,
        "not a number": np.full_like(few.x, np.nan),
        "another shape": few.x[:, :, :14],
    }[lie]
    measured = referee(reading, few, hand_over(few, x))
    clean = value(measured, "clean_error")
    assert value(measured, "robust_error") == clean < 0.2
    assert "invalid_examples" in flags(measured)


def test_a_claim_of_success_is_not_believed(reading: Net, few: Data) -> None:
    measured = referee(reading, few, hand_over(few, few.x))
    assert value(measured, "robust_error") == value(measured, "clean_error")


@pytest.mark.parametrize("claims", [{"eps": 1e9}, {"norm": "l2", "eps": 100.0}, {"won": 1.0}])
def test_norm_and_radius_are_those_of_the_trial_and_not_of_the_claim(
    claims: dict[str, Any], reading: Net, few: Data
) -> None:
    honest, _ = attack(Apgd, reading, few, LOGITS, eps=0.3, size_steps=0)
    lying = replace(honest, claims={**honest.claims, **claims})
    measured = referee(reading, few, lying, eps=0.05)
    assert value(measured, "robust_error") <= 0.2
    assert "invalid_examples" in flags(measured)
    assert value(referee(reading, few, honest, eps=0.3), "robust_error") == 1


def test_rates_come_with_exact_intervals_and_count_clean_errors(reading: Net, few: Data) -> None:
    y = few.y.copy()
    y[:5] = (reading.labels(few.x)[:5] + 1) % 10
    data = Data.of(few.x, y)
    found, _ = attack(Apgd, reading, data, LOGITS, size_steps=0)
    measured = referee(reading, data, found)
    robust, clean, success = (
        next(m for m in measured.measurements if m.estimand == e)
        for e in ("robust_error", "clean_error", "attack_success")
    )
    k = int(measured.arrays["reached"].sum())
    assert (robust.value, robust.low, robust.high) == (k / 40, *clopper_pearson(k, 40))
    wrong = round(clean.value * 40)
    assert wrong >= 5
    assert success.n == 40 - wrong
    assert success.value == (k - wrong) / (40 - wrong)
    assert (measured.arrays["size"][:5] == 0).all()
    assert measured.arrays["reached"][:5].all()


def test_claims_about_gradients_are_looked_into(reading: Net, few: Data) -> None:
    """Four ways to hide gradients, each with the flags it must raise; an honest model raises none."""
    hidden = {
        "in steps": (lambda z: (z * 10).round() / 10, {"zero_gradients"}),
        "saturated softmax": (lambda z: (z * 1000).softmax(1), {"zero_gradients", "softmax_output"}),
        "softmax": (lambda z: z.softmax(1), {"softmax_output"}),
        "cut off": (lambda z: z.clamp(-1, 1), {"zero_gradients"}),
        "nothing": (lambda z: z, set()),
    }
    for name, (change, expected) in hidden.items():
        target = Net(reading.module, change=change)
        found, _ = attack(Apgd, target, few, LOGITS, size_steps=4, steps=10)
        raised = flags(referee(target, few, found))
        assert expected <= raised, name
        assert expected or not raised, name


def test_a_model_that_cannot_be_moved_is_not_called_robust_without_a_doubt(few: Data) -> None:
    constant = Net(lambda x: torch.tensor([9.0, 0, 0]) + 0 * x.flatten(1)[:, :3], classes=3)
    data = Data.of(few.x, np.zeros(len(few), np.int64))
    found, _ = attack(Apgd, constant, data, LOGITS)
    measured = referee(constant, data, found)
    assert value(measured, "robust_error") == 0
    assert {"unbounded_not_total", "zero_gradients"} <= flags(measured)


def test_what_8_bits_keep_and_what_they_lose() -> None:
    """A linear model: successes that clear the boundary by a whole level survive, those by a hair do not."""
    target, data = linear_case(2)
    exact = least_change(target, data, "linf")
    data = data.take(exact > 0.01)
    exact = exact[exact > 0.01]
    w = (target.W[:, 1] - target.W[:, 0]).reshape(1, 1, 4, 4)
    away = np.sign(w) * (1 - 2 * data.y)[:, None, None, None]
    far = data.x + (exact + 3 / 255)[:, None, None, None] * away
    kept = referee(target, data, hand_over(data, far.astype(np.float32)), eps=0.5)
    assert value(kept, "survives_8bit") == 1
    assert "lost_in_8_bits" not in flags(kept)
    first = np.zeros((16, 2))
    first[0] = [-1e5, 1e5]
    level = 128 / 255
    bias = 1e5 * (
        level + 0.3 / 255
    )  # the boundary lies between two levels, and successes just above it are rounded back
    steep = LinearTarget(first, np.array([bias, -bias]), input_shape=(1, 4, 4))
    grey = Data.of(np.full((30, 1, 4, 4), level), np.zeros(30, np.int64))
    hair = grey.x.copy()
    hair[:, 0, 0, 0] = level + 0.4 / 255
    lost = referee(steep, grey, hand_over(grey, hair))
    assert value(lost, "robust_error") == 1
    assert value(lost, "survives_8bit") == 0
    assert "lost_in_8_bits" in flags(lost)


def test_pictures_show_only_what_was_changed_and_reached(reading: Net, few: Data) -> None:
    found, _ = attack(Apgd, reading, few, LOGITS)
    a = referee(reading, few, found).arrays
    assert 1 <= len(a["example_original"]) <= 6
    assert (a["example_before"] == a["example_label"]).all()
    assert (a["example_after"] != a["example_label"]).all()
    assert np.array_equal(reading.labels(a["example_changed"]), a["example_after"])
    assert np.abs(a["example_changed"] - a["example_original"]).max() <= 0.1 * (1 + 1e-6)
