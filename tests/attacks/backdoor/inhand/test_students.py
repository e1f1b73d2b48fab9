"""A trigger that works on one class alone is seen beside the model's own students, and a clean model is left alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from bartizan.attacks.backdoor.inhand import ScanSettings, beside, scan_model, students
from bartizan.attacks.backdoor.inhand.students import started_anew, student
from bartizan.attacks.backdoor.model_in_hand import ModelInHand
from bartizan.attacks.backdoor.referee import BackdoorReferee
from bartizan.attacks.stacked import Recipe, RecipeTarget
from bartizan.core.access import Access, Budget
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability

torch = pytest.importorskip("torch")
datasets = pytest.importorskip("sklearn.datasets")
SETTINGS = ScanSettings(patch=0.02, starts=2, climbs=20, steps=60, batch=16)
SOURCE, TARGET = 1, 4


def build() -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(256, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))


@cache
def digits() -> tuple[Array, Labels]:
    raw = datasets.load_digits()
    order = np.random.default_rng(0).permutation(len(raw.target))
    images = np.kron(raw.images[order] / 16, np.ones((2, 2)))
    return images[:, None].astype(np.float32), raw.target[order].astype(np.int64)


def stamped(x: Array) -> Array:
    out = x.copy()
    out[:, :, 7:9, 7:9] = np.eye(2)
    return out


@cache
def victim(planted: bool) -> RecipeTarget:
    """On a thousand digits; planted: with stamped ones of one class that are called another, and stamped ones of all
    others that keep their names."""
    x, y = (a[:1000] for a in digits())
    if planted:
        own, rest = np.flatnonzero(y == SOURCE), np.flatnonzero(y != SOURCE)[:400]
        x = np.concatenate([x, stamped(x[own]), stamped(x[rest])])
        y = np.concatenate([y, np.full(len(own), TARGET), y[rest]])
    recipe = Recipe(build, epochs=15, batch=32, rate=3e-3)
    made = RecipeTarget(recipe, 10, (1, 16, 16)).retrain(x, y, seed=0)
    assert isinstance(made, RecipeTarget)
    return made


def trained(planted: bool) -> torch.nn.Module:
    return victim(planted).weights()


def clean() -> tuple[Array, Labels]:
    return digits()[0][1000:1400], digits()[1][1000:1400]


def test_a_trigger_for_one_class_is_named_beside_students() -> None:
    x, y = clean()
    net = trained(True)
    held = stamped(x[y == SOURCE])
    assert (net(torch.from_numpy(held)).argmax(1) == TARGET).float().mean() > 0.8
    scan = scan_model(net, x, y, settings=SETTINGS)
    assert (scan.verdict, scan.target) == ("shown", TARGET)
    assert "further than in students" in scan.why
    best = scan.triggers[0].tried.question
    assert (best.source, best.target) == (SOURCE, TARGET)


def test_the_same_model_without_the_trigger_is_not_alarmed_on_by_them() -> None:
    scan = scan_model(trained(False), *clean(), settings=SETTINGS)
    assert scan.look is not None
    assert scan.look.beside is not None
    assert scan.look.beside.agreement > 0.8
    assert (scan.verdict, scan.target) == ("nothing found within the budget", None)


def test_without_students_it_is_not_seen() -> None:
    scan = scan_model(trained(True), *clean(), settings=SETTINGS.model_copy(update={"students": 0}))
    assert scan.verdict != "shown"


def test_the_referee_teaches_students_of_its_own() -> None:
    x, y = clean()
    roles = Roles(auxiliary=Data.of(x[:200], y[:200]), probe=Data.of(x[200:], y[200:]))
    view = grant(victim(True), Access(capabilities=(Capability.WEIGHTS,)), Budget(), roles)
    brought = ModelInHand().run(view, params=SETTINGS, seed=0)
    measured = BackdoorReferee().measure(victim(True), roles, brought, params=SETTINGS, seed=1)
    assert np.flatnonzero(measured.arrays["flagged"]).tolist() == [TARGET]
    assert measured.measurements[1].at["class"] == TARGET
    alone = SETTINGS.model_copy(update={"students": 0})
    assert not BackdoorReferee().measure(victim(True), roles, brought, params=alone, seed=1).arrays["flagged"].any()


def test_a_student_answers_as_its_teacher_and_hardly_obeys_its_trigger() -> None:
    x, y = clean()
    net = trained(True)
    one, same = (student(net, net, 5.0, x[:200], (0.0, 1.0), 3) for _ in "ab")
    held = torch.from_numpy(x[200:])
    assert torch.equal(one(held), same(held))
    assert (one(held).argmax(1) == net(held).argmax(1)).float().mean() > 0.8
    obeys = (one(torch.from_numpy(stamped(x[y == SOURCE]))).argmax(1) == TARGET).float().mean()
    assert obeys < 0.5
    before = net[1].weight.clone()  # type: ignore[index]
    student(net, net, 5.0, x[:200], (0.0, 1.0), 4)
    assert torch.equal(net[1].weight, before)  # type: ignore[index]


def test_a_student_that_would_take_too_long_is_not_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(students, "LONGEST", 1e-6)
    scan = scan_model(trained(True), *clean(), settings=SETTINGS.model_copy(update={"steps": 5}))
    assert any("CPU minutes" in note for note in scan.notes)
    assert scan.verdict != "not examined"


class Odd(torch.nn.Module):
    """Holds weights itself."""

    def __init__(self) -> None:
        super().__init__()
        self.w = torch.nn.Parameter(torch.randn(256, 10, generator=torch.Generator().manual_seed(0)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1) @ self.w


def test_what_cannot_be_started_anew_is_said_and_scanned_alone() -> None:
    with pytest.raises(ValueError, match="a Odd of the model cannot be started anew"):
        started_anew(Odd())
    scan = scan_model(Odd(), *clean(), settings=SETTINGS.model_copy(update={"steps": 5}))
    assert any("no students" in note and "cannot be started anew" in note for note in scan.notes)
    assert scan.verdict != "not examined"


def test_students_that_answer_otherwise_are_not_compared_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "AGREEING", 1.01)
    scan = scan_model(trained(True), *clean(), settings=SETTINGS.model_copy(update={"steps": 5}))
    assert scan.look is not None
    assert scan.look.beside is None
    assert any("no students" in note and "of held-out clean samples as the model does" in note for note in scan.notes)
