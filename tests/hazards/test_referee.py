from dataclasses import replace

import numpy as np
import pytest

from bartizan.core.access import Access, Budget
from bartizan.core.data import Data, Roles
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.hazards.brightness import Brightness, BrightnessParams
from bartizan.hazards.referee import HazardReferee
from bartizan.numerics.linear import LinearTarget

LABELS = Access(capabilities=(Capability.LABELS,))
N = 400


def meter_target():
    """Says 1 where the mean pixel is above one half: under brightness s, an image of level v is read as v + s > ½."""
    return LinearTarget(np.stack([np.zeros(16), np.full(16, 1 / 16)], 1), np.array([0.5, 0.0]), input_shape=(1, 4, 4))


def levels():
    """Images of even level from 0.3 to 0.7, rightly labelled; the class-1 images sit nearer to the threshold."""
    v = np.concatenate([np.linspace(0.30, 0.45, N // 2), np.linspace(0.505, 0.60, N // 2)]).astype(np.float32)
    x = np.broadcast_to(v[:, None, None, None], (N, 1, 4, 4))
    return v, Roles(probe=Data.of(x, (v > 0.5).astype(np.int64)))


def measured(params, seed=3, change=None):
    _, roles = levels()
    target, hazard = meter_target(), Brightness()
    artifact = hazard.run(grant(target, LABELS, Budget(), roles), params=params, seed=seed)
    artifact = change(artifact) if change else artifact
    return HazardReferee().measure(target, roles, artifact, params=params, seed=seed)


def pick(m, estimand, **at):
    return next(x for x in m.measurements if x.estimand == estimand and all(x.at.get(k) == v for k, v in at.items()))


def test_failure_probability_is_that_of_the_stated_distribution():
    v, roles = levels()
    found = pick(measured(BrightnessParams(condition="light")), "failure_probability")
    truth = np.where(roles.probe.y == 1, np.clip((0.5 - v + 0.2) / 0.4, 0, 1), np.clip((v + 0.2 - 0.5) / 0.4, 0, 1))
    assert found.at == {"condition": "light"}
    assert found.n == N
    assert found.low <= truth.mean() <= found.high
    assert found.low < found.value < found.high


def test_a_narrower_distribution_fails_less_often():
    wide = pick(measured(BrightnessParams()), "failure_probability").value
    narrow = pick(measured(BrightnessParams(distribution={"normal": (0.0, 0.02)})), "failure_probability").value
    assert narrow < wide / 2


def test_the_excess_is_paired_and_the_bound_one_sided():
    m = measured(BrightnessParams())
    probability, excess = pick(m, "failure_probability"), pick(m, "excess_failure")
    assert pick(m, "clean_error").value == 0
    assert excess.value == pytest.approx(probability.value)
    assert excess.low < excess.value < excess.high
    assert probability.value < pick(m, "failure_upper_bound").high < probability.high


def test_the_grid_reaches_the_edge_and_beyond_and_is_exact():
    v, roles = levels()
    m = measured(BrightnessParams(points=5))
    for s, region in ((-0.1, "inside"), (0.2, "edge"), (0.4, "beyond")):
        truth = ((v + np.float32(s) > 0.5) != (roles.probe.y == 1)).mean()
        assert pick(m, "failure_at", severity=s, region=region).value == pytest.approx(truth, abs=2 / N)
    assert m.arrays["grid_beyond"].sum() == 4


def test_the_answers_kept_are_those_the_probability_counts():
    """Further draws give the tries and sizes; the rate, and what is worked out of it by class, rest on the first."""
    m, (_, roles) = measured(BrightnessParams(draws=4)), levels()
    found, kept = pick(m, "failure_probability"), m.arrays
    assert (kept["label"] == roles.probe.y).all()
    assert (kept["before"] == roles.probe.y).all()
    assert (kept["after"] != kept["label"]).mean() == found.value < kept["reached"].mean()
    for c in (0, 1):
        of = kept["label"] == c
        assert (kept["after"] != c)[of].mean() == pick(m, "failure_in_class", **{"class": c}).value


def test_the_worst_class_is_named_with_bounds_wider_than_its_own():
    m = measured(BrightnessParams())
    worst = pick(m, "worst_class_failure")
    assert worst.at["class"] == 1
    assert worst.value == max(x.value for x in m.measurements if x.estimand == "failure_in_class")
    assert worst.high == max(x.high for x in m.measurements if x.estimand == "failure_in_class")


def test_tries_and_sizes_are_censored_where_nothing_failed():
    m = measured(BrightnessParams(draws=3))
    reached, tries, size = (m.arrays[k] for k in ("reached", "tries", "size"))
    v, _ = levels()
    assert (tries[~reached] == 3).all()
    assert np.isinf(size[~reached]).all()
    assert (size[reached] >= np.abs(0.5 - v[reached]) - 1e-6).all()
    assert m.size_unit == "brightness"


def test_pictures_were_right_before_and_are_wrong_after():
    a = measured(BrightnessParams()).arrays
    assert (a["example_before"] == a["example_label"]).all()
    assert (a["example_after"] != a["example_label"]).all()


def test_the_same_seed_measures_the_same_bit_for_bit():
    one, two = measured(BrightnessParams()), measured(BrightnessParams())
    assert one.measurements == two.measurements
    assert all(np.array_equal(one.arrays[k], two.arrays[k]) for k in one.arrays)


def test_a_hazard_that_hands_over_other_severities_or_failures_raises_a_flag():
    assert not measured(BrightnessParams()).flags
    lie = measured(BrightnessParams(), change=lambda a: replace(a, arrays={**a.arrays, "failed": ~a.arrays["failed"]}))
    assert [f.id for f in lie.flags] == ["claims_differ"]
    mild = {"severity": np.zeros((N, 5)), "failed": np.zeros((N, 5), np.bool_)}
    assert [f.id for f in measured(BrightnessParams(), change=lambda a: replace(a, arrays=mild)).flags] == [
        "claims_differ"
    ]
