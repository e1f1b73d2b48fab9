from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from bartizan.campaign.pairs import pairs
from bartizan.campaign.reading import Part, Point, Reading
from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome
from bartizan.numerics.intervals import clopper_pearson

N = 100
Y = np.arange(N) % 2


def reading(**bits: np.ndarray) -> Reading:
    points = []
    for id, harmed in bits.items():
        k, n = int(harmed.sum()), len(harmed)
        low, high = clopper_pearson(k, n)
        trial = Trial(name=id, kind="hazard", plugin="p", version=1, subject=Subject(kind="target", id="m"))
        m = Measurement(
            estimand="failure_probability", unit="example", n=n, method="exact", value=k / n, low=low, high=high
        )
        points.append(Point(m, (Evidence(id=id, artifact=id, trial=trial, outcome=Outcome.MEASURED),)))
    trials = tuple(e for p in points for e in p.trials)
    return Reading("failure_probability", tuple(points), (Part("", trials),))


def kept(y: np.ndarray = Y, **bits: np.ndarray) -> ArrayReader:
    def one(harmed: np.ndarray) -> dict[str, Any]:
        truth = y[: len(harmed)]
        return {"label": truth, "before": truth, "after": np.where(harmed, 1 - truth, truth)}

    return ArrayReader({id: one(b) for id, b in bits.items()}.__getitem__)


def first(k: int, n: int = N) -> np.ndarray:
    return np.arange(n) < k


def test_pairs_that_differ_are_counted_each_way_and_make_up_the_change_of_the_rate() -> None:
    one, other = first(40), first(30) | (np.arange(N) >= 96)
    before, after = reading(a=one), reading(b=other)
    found = pairs(before, after, kept(a=one, b=other), 0.05)
    assert found is not None
    assert (found.n, found.mended, found.broken) == (100, 10, 4)
    assert found.mended - found.broken == round(N * (before.rate().value - after.rate().value))
    assert found.p == pytest.approx(binomtest(10, 14, 0.5).pvalue)
    assert (found.adjusted, found.level) == (found.p, 0.05)
    assert (found.before, found.after) == (("a",), ("b",))


def test_nothing_that_differs_says_nothing() -> None:
    found = pairs(reading(a=first(40)), reading(b=first(40)), kept(a=first(40), b=first(40)), 0.05)
    assert found is not None
    assert (found.mended, found.broken, found.p, found.adjusted) == (0, 0, 1.0, 1.0)


def test_the_worst_condition_is_not_mended_while_another_is_as_bad() -> None:
    """A falls from 40 to 10 and B stays at 39: the world still fails 39 of 100."""
    bits = {"a": first(40), "b": first(39), "a2": first(10), "b2": first(39)}
    found = pairs(reading(a=bits["a"], b=bits["b"]), reading(a2=bits["a2"], b2=bits["b2"]), kept(**bits), 0.05)
    assert found is not None
    assert (found.mended, found.broken) == (1, 0)
    assert found.after == ("b2",)
    assert found.adjusted == 1.0


def test_what_was_picked_from_several_must_be_clearer() -> None:
    """Nine mended under the worst of two conditions, and far more under the other one."""
    bits = {"a": first(40), "b": first(39), "a2": first(31), "b2": first(1)}
    found = pairs(reading(a=bits["a"], b=bits["b"]), reading(a2=bits["a2"], b2=bits["b2"]), kept(**bits), 0.05)
    assert found is not None
    nine = binomtest(9, 9, 0.5).pvalue
    assert found.p == pytest.approx(nine)
    assert found.adjusted == pytest.approx(2 * nine), "the worst of two before, against the worst of all after"


def test_of_estimates_on_more_examples_those_both_have_are_compared() -> None:
    one, other = first(40), first(5, 50)
    found = pairs(reading(a=one), reading(b=other), kept(a=one, b=other), 0.05)
    assert found is not None
    assert (found.n, found.mended, found.broken) == (50, 35, 0)


def test_other_examples_are_no_pairs() -> None:
    arrays = ArrayReader(lambda id: (kept(a=first(40)) if id == "a" else kept(1 - Y, b=first(30)))(id))
    assert pairs(reading(a=first(40)), reading(b=first(30)), arrays, 0.05) is None
    assert pairs(reading(a=first(40)), reading(b=first(30)), ArrayReader(), 0.05) is None


def test_where_nothing_changed_a_change_is_rarely_called_clear() -> None:
    """Four conditions alike before and after: picking the worst on either side finds nothing."""
    rng, clear = np.random.default_rng(0), 0
    for _ in range(80):
        bits = {f"{side}{c}": rng.random(N) < 0.3 for side in "ab" for c in range(4)}
        before, after = (reading(**{k: v for k, v in bits.items() if k[0] == side}) for side in "ab")
        found = pairs(before, after, kept(**bits), 0.05)
        assert found is not None
        clear += found.adjusted <= 0.05
    assert clear <= 8
