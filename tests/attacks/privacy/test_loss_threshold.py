import numpy as np
import pytest

from bartizan.attacks.privacy.controls import candidates, memoriser
from bartizan.attacks.privacy.loss_threshold import LossThreshold, LossThresholdParams
from bartizan.core.access import Access, Budget
from bartizan.core.errors import AccessDenied
from bartizan.core.profile import Profile
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability

SCORES = Access(capabilities=(Capability.SCORES,))


def test_one_query_a_record_and_members_score_higher() -> None:
    view = grant(memoriser(), SCORES, Budget(queries_per_example=1), candidates())
    scores = LossThreshold().run(view, params=LossThresholdParams(), seed=0).arrays["scores"]
    member = candidates().secrets["member"]
    assert (view.meter.per_example == 1).all()
    assert scores[member].mean() > scores[~member].mean() + 1


def test_a_short_budget_leaves_the_rest_unasked() -> None:
    view = grant(memoriser(), SCORES, Budget(queries=30), candidates())
    scores = LossThreshold().run(view, params=LossThresholdParams(), seed=0).arrays["scores"]
    assert view.meter.queries == 30
    assert np.isfinite(scores).all()
    assert (scores[30:] < scores[:30].min()).all()


def test_labels_are_not_enough() -> None:
    view = grant(memoriser(), Access(capabilities=(Capability.LABELS,)), Budget(), candidates())
    with pytest.raises(AccessDenied):
        LossThreshold().run(view, params=LossThresholdParams(), seed=0)


@pytest.mark.parametrize(("fpr", "examples"), [(0.01, 2500), (0.001, 20000)])
def test_enough_outsiders_are_asked_for(fpr: float, examples: int) -> None:
    (proposal,) = LossThreshold().propose(Profile(model="m", fpr=fpr), "quick")
    assert proposal.examples == examples
