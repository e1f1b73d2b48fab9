"""The referee believes nothing: what is invalid counts as a failure, what is claimed is asked again."""

from __future__ import annotations

import numpy as np
import pytest

from bartizan.attacks.evasion.recheck import recheck
from bartizan.core.access import Access
from bartizan.core.artifact import Artifact, Watched
from bartizan.core.data import Data, Feature
from bartizan.numerics.linear import LinearTarget

EPS = 0.1
NOBODY = Watched()
SIDE = LinearTarget(np.array([[-1.0, 1.0], [0.0, 0.0]]), np.array([0.5, -0.5]), bounds=(0.0, 1.0))
"""Class 1 where the first of two values is above ½."""


def probe(*first: float) -> Data:
    x = np.array([[v, 0.5] for v in first], np.float32)
    return Data.of(x, np.zeros(len(x), np.int64))


def found(data: Data, changed, smallest=None, norm="linf", eps=EPS, target=SIDE, watched=NOBODY, **arrays):
    c = np.asarray(changed, np.float32)
    s = data.x if smallest is None else np.asarray(smallest, np.float32)
    handed = Artifact("perturbed_inputs", {"changed": c, "smallest": s, **arrays}, watched=watched)
    return recheck(target, data, handed, norm, eps)


def metered(*queries: int, shared: int = 0, capability: str = "labels") -> Watched:
    access = Access(capabilities=(capability,))
    return Watched(access, metered=np.array(queries), queries=sum(queries) + shared)


def test_a_valid_success_counts_with_its_size():
    r = found(probe(0.45), [[0.53, 0.5]])
    assert r.reached[0]
    assert r.main[0]
    assert r.size[0] == pytest.approx(0.08, abs=1e-6)
    assert (r.before[0], r.after[0]) == (0, 1)


@pytest.mark.parametrize(
    "changed",
    [[[0.56, 0.5]], [[1.5, 0.5]], [[np.nan, 0.5]], [[0.53, np.inf]], [[0.53, -0.01]]],
    ids=["beyond the ball", "beyond the box", "not a number", "infinite", "below the box"],
)
def test_an_invalid_input_is_a_failure(changed):
    r = found(probe(0.45), changed)
    assert not r.reached[0]
    assert r.invalid[0]


def test_a_hair_beyond_the_ball_is_beyond():
    assert not found(probe(0.45), [[np.float32(0.45) + np.float32(0.10001), 0.5]]).reached[0]


def test_what_the_model_still_gets_right_is_no_success_whatever_the_attack_says():
    r = found(probe(0.45), [[0.48, 0.5]], won=np.array([True]))
    assert not r.reached[0]
    assert np.isinf(r.size[0])
    assert not r.invalid[0]


def test_an_error_as_it_stands_needs_no_change():
    r = found(probe(0.6), [[0.6, 0.5]])
    assert r.wrong[0]
    assert r.reached[0]
    assert r.size[0] == 0


def test_a_small_success_counts_even_if_the_main_search_failed():
    r = found(probe(0.45), [[0.45, 0.5]], [[0.52, 0.5]], tries=np.array([5]), watched=metered(9))
    assert r.reached[0]
    assert not r.main[0]
    assert r.tries[0] == 9


@pytest.mark.parametrize("shape", [(2, 2), (1, 3)])
def test_arrays_of_another_shape_or_type_are_no_successes(shape):
    r = found(probe(0.45), np.full(shape, 0.53))
    assert r.invalid[0]
    assert not r.reached[0]
    double = Artifact("perturbed_inputs", {"changed": np.array([[0.53, 0.5]]), "smallest": probe(0.45).x})
    assert recheck(SIDE, probe(0.45), double, "linf", EPS).invalid[0]


def test_missing_arrays_are_no_successes():
    r = recheck(SIDE, probe(0.45), Artifact("perturbed_inputs"), "linf", EPS)
    assert not r.reached[0]
    assert r.invalid[0]


def test_tries_beyond_the_meter_are_not_believed():
    r = found(probe(0.45, 0.45), [[0.53, 0.5]] * 2, tries=np.array([3, 90]), watched=metered(7, 7))
    assert r.tries.tolist() == [3, 7]


@pytest.mark.parametrize("tries", [np.array([-5]), np.array([0]), np.array([2.5]), np.array([np.nan]), np.arange(3)])
def test_tries_that_are_no_numbers_of_tries_become_such(tries):
    for watched in (metered(7), metered(0, capability="weights"), NOBODY):
        assert found(probe(0.45), [[0.53, 0.5]], tries=tries, watched=watched).tries[0] >= 1


def test_queries_that_name_nobody_are_spent_on_everybody():
    r = found(probe(0.45, 0.45), [[0.45, 0.5]] * 2, tries=np.array([1, 1]), watched=metered(0, 2, shared=30))
    assert r.tries.tolist() == [30, 32]


def test_rules_of_features_hold_for_whoever_changes_them():
    rules = (Feature(name="a", direction="decrease"), Feature(name="b"))
    data = Data.of(np.float32([[0.45, 0.5]]), np.zeros(1, np.int64), rules)
    assert found(data, [[0.53, 0.5]]).invalid[0]
    free = Data.of(data.x, data.y, (Feature(name="a"), Feature(name="b")))
    r = found(free, [[0.9, 0.5]], norm="l0", eps=1)
    assert r.reached[0]
    assert r.size[0] == 1
    assert not found(free, [[0.9, 0.4]], norm="l0", eps=1).reached[0]


def test_an_empty_probe_is_no_error():
    empty = Data.of(np.zeros((0, 2), np.float32), np.zeros(0, np.int64))
    assert len(found(empty, np.zeros((0, 2))).reached) == 0
