"""Transfer: prepared on a copy, tried once on the target, which is asked nothing before."""

from __future__ import annotations

import numpy as np
import pytest

from bartizan.attacks.evasion.noise import Noise
from bartizan.attacks.evasion.transfer import Transfer
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact
from bartizan.core.data import Data
from bartizan.core.errors import UsageError
from bartizan.core.vocabulary import Capability
from bartizan.numerics.projections import size_of
from bartizan.numerics.students import build_student, distil, student_arrays

from .conftest import DIGITS, Net, attack, flags, referee, value

torch = pytest.importorskip("torch")
LABELS = Capability.LABELS


@pytest.fixture(scope="module")
def copy_of_the_reader(reading: Net) -> dict[str, Artifact]:
    """A student of the reader's scores on 400 training images."""
    with np.load(DIGITS / "digits-train.npz") as archive:
        x = (archive["images"][:400] / 255).astype(np.float32).reshape(-1, 1, 28, 28)
    student = build_student((1, 28, 28), 10, width=8, seed=0)
    distil(student, x, reading.scores(x), steps=100, seed=0)
    return {"copy": Artifact("surrogate", student_arrays(student))}


@pytest.mark.parametrize(("norm", "eps"), [("linf", 0.15), ("l2", 2.5)])
def test_asks_nothing_and_breaks_more_than_luck(
    norm: str, eps: float, reading: Net, digits: Data, copy_of_the_reader: dict[str, Artifact]
) -> None:
    found, view = attack(
        Transfer,
        reading,
        digits,
        LABELS,
        copies=2,
        access=Access(),
        artifacts=copy_of_the_reader,
        budget=Budget(queries=1),
        norm=norm,
        eps=eps,
    )
    assert view.meter.queries == view.meter.forwards == 0
    assert (size_of(found.arrays["changed"].astype(np.float64) - digits.x, norm) <= eps * (1 + 1e-6)).all()
    measured = referee(reading, digits, found, norm=norm, eps=eps)
    noise, _ = attack(Noise, reading, digits, LABELS, norm=norm, eps=eps, draws=1)
    by_luck = value(referee(reading, digits, noise, norm=norm, eps=eps), "robust_error")
    assert value(measured, "robust_error") >= max(0.15, by_luck + 0.08)
    assert measured.tries_unit == "attempts"
    assert (measured.arrays["tries"] == 1).all()
    assert not flags(measured) & {"invalid_examples", "noise_beats_attack", "not_monotone"}


def test_needs_no_access_to_the_target_at_all(reading: Net, few: Data, copy_of_the_reader: dict[str, Artifact]) -> None:
    found, _ = attack(Transfer, reading, few, LABELS, access=Access(), artifacts=copy_of_the_reader, steps=2)
    again, _ = attack(Transfer, reading, few, LABELS, access=Access(), artifacts=copy_of_the_reader, steps=2)
    other, _ = attack(Transfer, reading, few, LABELS, seed=1, access=Access(), artifacts=copy_of_the_reader, steps=2)
    assert found.arrays["changed"].tobytes() == again.arrays["changed"].tobytes()
    assert found.arrays["changed"].tobytes() != other.arrays["changed"].tobytes()


def test_without_a_copy_it_says_what_to_do(reading: Net, few: Data) -> None:
    with pytest.raises(UsageError, match="run a model extraction trial first"):
        attack(Transfer, reading, few, LABELS)


@pytest.mark.parametrize("arrays", [{}, {"weights": np.zeros(3, np.float32)}])
def test_a_copy_that_cannot_be_opened_is_refused(arrays: dict[str, np.ndarray], reading: Net, few: Data) -> None:
    with pytest.raises(UsageError, match="cannot be opened"):
        attack(Transfer, reading, few, LABELS, artifacts={"copy": Artifact("surrogate", arrays)})
