import numpy as np
import pytest

from bartizan.attacks.extraction.controls import cube, linear_target
from bartizan.attacks.extraction.soft_label import SoftLabelExtraction, SoftLabelParams, affordable
from bartizan.core.access import Access, Budget, Output
from bartizan.core.errors import AccessDenied
from bartizan.core.profile import Profile
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability

SMALL = SoftLabelParams(points=(20, 60), steps=10, width=2)
SCORES, LABELS = Access(capabilities=(Capability.SCORES,)), Access(capabilities=(Capability.LABELS,))


@pytest.mark.parametrize(
    ("budget", "points"), [(None, (100, 300, 1000)), (500, (100, 300)), (1000, (100, 300, 1000)), (40, (40,))]
)
def test_the_curve_stops_at_the_budget(budget: int | None, points: tuple[int, ...]) -> None:
    assert affordable((1000, 100, 300), budget) == points


@pytest.mark.parametrize("access", [SCORES, LABELS, SCORES.model_copy(update={"output": Output(kind="top_k", k=1)})])
def test_it_spends_the_last_point_and_no_more(access: Access) -> None:
    view = grant(linear_target(), access, Budget(queries=60), cube())
    artifact = SoftLabelExtraction().run(view, params=SMALL, seed=0)
    assert view.meter.queries == 60
    assert artifact.arrays["points"].tolist() == [20, 60]
    assert {"meta", "at_20.meta"} <= set(artifact.arrays)


def test_same_seed_same_student() -> None:
    runs = [
        SoftLabelExtraction().run(grant(linear_target(), SCORES, Budget(), cube()), params=SMALL, seed=s).arrays
        for s in (1, 1, 2)
    ]
    assert all(np.array_equal(runs[0][k], runs[1][k]) for k in runs[0])
    assert any(not np.array_equal(runs[0][k], runs[2][k]) for k in runs[0])


def test_without_answers_it_is_denied() -> None:
    with pytest.raises(AccessDenied):
        SoftLabelExtraction().run(grant(linear_target(), Access(), Budget(), cube()), params=SMALL, seed=0)


@pytest.mark.parametrize("effort", ["quick", "standard", "deep"])
def test_proposals_fit_the_interface_and_their_own_parameters(effort) -> None:  # type: ignore[no-untyped-def]
    (free,) = SoftLabelExtraction().propose(Profile(model="m"), effort)
    (tight,) = SoftLabelExtraction().propose(Profile(model="m", queries=250), effort)
    assert SoftLabelParams(**free.params).points[-1] == free.queries
    assert SoftLabelParams(**tight.params).points == (100,)
