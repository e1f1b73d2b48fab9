import numpy as np
import pytest

from bartizan.certifiers.controls import RADIUS, at_distance, linear_target
from bartizan.certifiers.interval_bounds import IntervalBoundsParams
from bartizan.certifiers.referee import CertifierReferee
from bartizan.core.artifact import Artifact
from bartizan.core.data import Data, Roles

PARAMS = IntervalBoundsParams(eps=(0.05, 0.15))


def claim(verdict, certified):
    n = len(at_distance(RADIUS).probe)
    arrays = {
        "eps": np.array([0.05, 0.15]),
        "verdict": np.tile(np.array(verdict, np.int8), (n, 1)),
        "certified_eps": np.full(n, certified),
    }
    return Artifact("bounds", arrays)


def measure(artifact, roles=None):
    return CertifierReferee().measure(linear_target(), roles or at_distance(RADIUS), artifact, params=PARAMS, seed=0)


def pick(measured, estimand, **at):
    return next(
        m for m in measured.measurements if m.estimand == estimand and all(m.at.get(k) == v for k, v in at.items())
    )


def test_true_certificates_stand_and_the_shares_add_up():
    m = measure(claim([1, 0], RADIUS - 1e-4))
    assert not m.flags
    assert pick(m, "certified_share", norm="linf", eps=0.05).value == 1
    assert pick(m, "undecided_share", eps=0.15).value == 1
    assert pick(m, "uncertified_share", eps=0.15).value == 1
    median = pick(m, "median_certified_eps")
    assert median.low <= median.value <= median.high
    assert median.value == pytest.approx(RADIUS - 1e-4)
    assert pick(m, "certified_share", eps=0.05).low < 1


def test_a_false_certificate_is_refuted_flagged_and_not_counted():
    m = measure(claim([1, 1], RADIUS - 1e-4))
    assert [f.id for f in m.flags] == ["inverted_bracket"]
    assert pick(m, "certified_share", eps=0.15).value == 0
    assert pick(m, "certified_share", eps=0.05).value == 1


def test_a_false_radius_is_refuted_too():
    m = measure(claim([1, 0], 0.3))
    assert [f.id for f in m.flags] == ["inverted_bracket"]
    assert (m.arrays["certified_size"] == 0).all()


def test_a_certificate_for_a_wrong_answer_counts_for_nothing():
    roles = at_distance(RADIUS)
    turned = Roles(probe=Data.of(roles.probe.x, 1 - roles.probe.y))
    m = measure(claim([1, 0], 0.05), turned)
    assert pick(m, "clean_error").value == 1
    assert pick(m, "certified_share", eps=0.05).value == 0
    assert pick(m, "median_certified_eps").value == 0
    assert (m.arrays["verdict"] == 2).all()
