from dataclasses import replace

import numpy as np
import pytest

from bartizan.attacks.extraction.controls import cube, linear_target
from bartizan.attacks.extraction.noticing import ASKED, noticed
from bartizan.core.artifact import Artifact, Watched
from bartizan.core.target import Defended


def theft(n, near=False):
    rng = np.random.default_rng(0)
    x = (rng.random((4, 6))[rng.integers(4, size=n)] + 0.001 * rng.random((n, 6))) if near else rng.random((n, 6))
    return Artifact("surrogate", {ASKED: x.astype(np.float32)}, watched=Watched(queries=n))


def at(found, estimand, **where):
    return next(m for m in found if m.estimand == estimand and all(m.at.get(k) == v for k, v in where.items()))


@pytest.fixture(scope="module")
def seen():
    return noticed(linear_target(), cube(), theft(300, near=True), 0)


def test_near_copies_of_each_other_are_noticed_at_once_and_by_some_accounts_never(seen):
    first = at(seen, "stolen_unnoticed", detector="near duplicates", thief="in the open")
    assert first.value == first.at["before_alarm"] / 300 < 0.2
    hidden = at(seen, "stolen_unnoticed", detector="query budget", thief="50 accounts")
    assert (hidden.value, hidden.at["before_alarm"], hidden.at["accounts"]) == (1.0, -1, 50)


def test_every_detector_is_held_against_honest_users(seen):
    accused = [m for m in seen if m.estimand == "honest_accused"]
    assert {m.at["detector"] for m in accused} == {"distribution test", "near duplicates", "query budget"}
    assert all(m.n == 20 for m in accused)
    assert at(seen, "busy_accused", detector="query budget").value == 1


def test_other_queries_than_were_counted_are_a_fault():
    with pytest.raises(ValueError, match="300 queries were kept, and the model was asked 299"):
        noticed(linear_target(), cube(), replace(theft(300), watched=Watched(queries=299)), 0)


def test_nothing_is_said_of_a_defended_target_or_without_queries():
    assert noticed(Defended(linear_target(), "d", "d"), cube(), theft(300), 0) == ()
    assert noticed(linear_target(), cube(), Artifact("surrogate"), 0) == ()


def test_the_same_seed_says_the_same(seen):
    assert noticed(linear_target(), cube(), theft(300, near=True), 0) == seen
