"""What could never be sent never reaches a training, and the referees of poison say so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.attacks.admission import admitted
from bartizan.attacks.backdoor.badnets import BadNets
from bartizan.attacks.backdoor.controls import bars
from bartizan.attacks.backdoor.controls import trusting as trained_on_bars
from bartizan.attacks.backdoor.referee import BackdoorReferee
from bartizan.attacks.poisoning.controls import trusting, two_classes
from bartizan.attacks.poisoning.label_flip import LabelFlipParams
from bartizan.attacks.poisoning.referee import PoisoningReferee
from bartizan.core.artifact import Artifact
from bartizan.core.data import Data, Feature, Roles
from bartizan.core.view import grant

N = 4


def handed(x: Any = None, y: Any = (1, 1, 1, 1), index: Any = (0, 1, 2, 3)) -> Artifact:
    arrays = {"index": np.array(index, np.int64), "y": np.array(y, np.int64), "doses": np.array([N])}
    return Artifact("poisoned_set", arrays if x is None else {**arrays, "x": np.asarray(x, np.float32)})


@pytest.mark.parametrize("value", [1e6, -0.01, np.nan, np.inf])
def test_what_leaves_the_bounds_stays_as_it_was(value: float) -> None:
    roles = two_classes()
    x = np.full((N, 4), 0.5, np.float32)
    x[1, 2] = value
    artifact, flags = admitted(trusting(), roles, handed(x))
    assert np.array_equal(artifact.arrays["x"][1], roles.writable.x[1])
    assert artifact.arrays["y"][1] == roles.writable.y[1]
    assert (artifact.arrays["x"][[0, 2, 3]] == 0.5).all()
    assert [f.id for f in flags] == ["invalid_examples"]
    assert "1 of 4" in flags[0].detail


def test_what_may_be_sent_is_left_alone() -> None:
    for artifact in (handed(), handed(np.full((N, 4), 0.5))):
        assert admitted(trusting(), two_classes(), artifact) == (artifact, [])


def test_labels_of_no_class_are_refused() -> None:
    artifact, flags = admitted(trusting(), two_classes(), handed(y=(1, 2, -1, 0)))
    kept = two_classes().writable.y
    assert artifact.arrays["y"].tolist() == [1, kept[1], kept[2], 0]
    assert "2 of 4 poisoned labels name no class" in flags[0].detail


def test_rules_of_values_hold_and_those_about_strangers_records_do_not() -> None:
    clean = two_classes().writable
    rules = (
        Feature(name="a", mutable=False), Feature(name="b", direction="decrease"),
        Feature(name="c", type="binary"), Feature(name="d", low=0.4),
    )  # fmt: skip
    roles = Roles(two_classes().probe, writable=Data(clean.x, clean.y, clean.rows, rules))
    x = np.tile(np.float32([0.9, 0.9, 1, 0.5]), (N, 1))
    x[1, 2], x[2, 3] = 0.3, 0.1
    artifact, _ = admitted(trusting(), roles, handed(x))
    changed = (artifact.arrays["x"] == x).all(axis=1)
    assert changed.tolist() == [True, False, False, True]


@pytest.mark.parametrize(
    "wrong", [{"index": (0, 1, 2, 400)}, {"index": (-1, 1, 2, 3)}, {"y": (1,)}, {"x": np.ones((N, 3))}]
)
def test_records_without_a_place_or_a_shape_are_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="poisoned"):
        admitted(trusting(), two_classes(), handed(**wrong))


def test_a_million_where_one_is_the_most_reaches_no_goal() -> None:
    roles, n = two_classes(), 300
    far = np.where(np.arange(n)[:, None] % 2, 1e6, -1e6) * np.ones((n, 4))
    artifact = Artifact(
        "poisoned_set",
        {"index": np.arange(n), "y": roles.writable.y[:n], "x": far.astype(np.float32), "doses": np.array([n])},
    )
    measured = PoisoningReferee().measure(trusting(), roles, artifact, params=LabelFlipParams(seeds=1), seed=0)
    assert next(m.value for m in measured.measurements if m.estimand == "goal_reached") == 0
    assert not measured.arrays["reached"].any()
    assert "invalid_examples" in [f.id for f in measured.flags]


def test_nor_does_a_trigger_whose_records_could_not_be_sent() -> None:
    control = next(c for c in BadNets.controls() if c.kind == "positive")
    params, roles, target = BadNets.params(**control.params), bars(), trained_on_bars()
    artifact = BadNets().run(grant(target, control.access, control.budget, roles), params=params, seed=0)
    assert BackdoorReferee().measure(target, roles, artifact, params=params, seed=0).arrays["reached"].all()
    artifact.arrays["x"] *= 1e6
    measured = BackdoorReferee().measure(target, roles, artifact, params=params, seed=0)
    assert not measured.arrays["reached"].any()
    assert "invalid_examples" in [f.id for f in measured.flags]
