from __future__ import annotations

import numpy as np
import pytest

from bartizan.attacks.evasion.controls import EPS, at_distance, linear_target, student_like_the_target
from bartizan.attacks.evasion.transfer import Transfer
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact
from bartizan.core.errors import UsageError
from bartizan.core.view import grant
from bartizan.numerics.projections import size_of

pytest.importorskip("torch")


def run(artifacts: dict[str, Artifact], norm: str = "linf"):
    roles = at_distance(0.6, norm)
    view = grant(linear_target(), Access(), Budget(), roles, artifacts=artifacts)
    return Transfer().run(view, params=Transfer.params(norm=norm, eps=EPS[norm]), seed=0), roles, view


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_asks_nothing_and_stays_in_the_ball(norm: str) -> None:
    found, roles, view = run({"theft": student_like_the_target(1.0)}, norm)
    assert view.meter.queries == 0
    moved = size_of(found.arrays["changed"].astype(np.float64) - roles.probe.x, norm)
    assert (moved <= EPS[norm] * (1 + 1e-6)).all()
    assert (moved > 0.9 * EPS[norm]).all()
    wrong = linear_target().labels(found.arrays["changed"]) != roles.probe.y
    assert wrong.mean() > 0.9


@pytest.mark.parametrize(
    ("artifacts", "sentence"),
    [
        ({}, "needs a surrogate"),
        ({"a": Artifact("trigger")}, "needs a surrogate"),
        ({"a": Artifact("surrogate", {"weight": np.zeros(3)})}, "cannot be opened"),
    ],
)
def test_without_a_copy_that_opens_it_says_so(artifacts: dict[str, Artifact], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        run(artifacts)
