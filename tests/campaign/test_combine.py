from __future__ import annotations

from typing import Any

import numpy as np

from bartizan.campaign.combine import ball_of, combine, combined
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome
from bartizan.numerics.intervals import clopper_pearson


def evidence(id: str, **params: Any) -> Evidence:
    trial = Trial(name=id, kind="attack", plugin="p", version=1, subject=Subject(kind="target", id="m"), params=params)
    return Evidence(id=id, artifact=id, trial=trial, outcome=Outcome.MEASURED)


ARRAYS = {
    "a": {"reached": np.array([True, False, False, False]), "size": np.array([0.3, np.inf, np.inf, np.inf])},
    "b": {"reached": np.array([True, True, False]), "size": np.array([0.1, 0.2, 0.7])},
    "none": {},
    "empty": {"reached": np.zeros(0, np.bool_)},
}
reader = ArrayReader(lambda id: ARRAYS[id])


def test_an_example_falls_to_whichever_attack_fells_it_and_by_the_smallest_change() -> None:
    both = combine([evidence("a"), evidence("b")], reader)
    assert both is not None
    assert both.reached.tolist() == [True, True, False]
    assert both.size.tolist() == [0.1, 0.2, 0.7]
    share = both.share(("linf", 0.1))
    assert (share.value, share.n, share.at) == (2 / 3, 3, {"norm": "linf", "eps": 0.1})
    assert (share.low, share.high) == clopper_pearson(2, 3)
    assert [e.id for e in both.trials] == ["a", "b"]


def test_examples_that_only_a_weak_attack_had_do_not_make_the_model_look_strong() -> None:
    strong, weak = np.array([True] * 28 + [False] * 72), np.zeros(200, np.bool_)
    both = combine([evidence("s"), evidence("w")], ArrayReader(lambda id: {"reached": {"s": strong, "w": weak}[id]}))
    assert both is not None
    assert (both.reached.mean(), len(both.reached)) == (0.28, 100)


def test_a_trial_on_a_handful_of_examples_does_not_hide_what_the_others_broke() -> None:
    many, few = np.arange(100) < 60, np.zeros(5, np.bool_)
    reader_ = ArrayReader(lambda id: {"reached": {"m": many, "f": few}[id]})
    found = combined([evidence("m"), evidence("f")], reader_)
    assert [(len(c.reached), int(c.reached.sum()), len(c.trials)) for c in found] == [(5, 5, 2), (100, 60, 1)]


def test_a_success_beyond_the_ball_has_a_size_and_reaches_nothing_within() -> None:
    one = combine([evidence("b")], reader)
    assert one is not None
    assert (bool(one.reached[2]), float(one.size[2])) == (False, 0.7)


def test_nothing_to_put_together() -> None:
    assert combine([evidence("none"), evidence("empty")], reader) is None
    assert combine([], reader) is None


def test_the_ball_is_the_norm_with_its_size() -> None:
    assert ball_of(evidence("a", norm="linf", eps=0.1)) == ("linf", 0.1)
    assert ball_of(evidence("a", norm="linf", eps=None)) is None
    assert ball_of(evidence("a", eps=0.1)) is None
    assert ball_of(evidence("a", norm="linf", eps=[0.01, 0.02])) is None, "a certifier asks about many at once"
