from dataclasses import replace

import numpy as np
import pytest

from bartizan.attacks.privacy.controls import candidates, memoriser
from bartizan.attacks.privacy.membership_fusion import MembershipFusion, MembershipFusionParams
from bartizan.core.access import Access, Budget
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.testing import check_attack

ACCESS = Access(capabilities=(Capability.SCORES, Capability.RECIPE))
PARAMS = MembershipFusionParams()


def test_contract() -> None:
    check_attack(MembershipFusion)


def test_one_query_a_record_and_one_training_a_reference() -> None:
    view = grant(memoriser(), ACCESS, Budget(queries_per_example=1, queries=1000), candidates())
    artifact = MembershipFusion().run(view, params=PARAMS, seed=0)
    assert (view.meter.queries, view.meter.retrainings) == (1000, 4)
    member = candidates().secrets["member"]
    assert artifact.arrays["scores"][member].mean() > artifact.arrays["scores"][~member].mean()


def test_the_secret_does_not_reach_it() -> None:
    told = candidates()
    turned = replace(told, secrets={"member": ~told.secrets["member"]})
    scores = [
        MembershipFusion().run(grant(memoriser(), ACCESS, Budget(), r), params=PARAMS, seed=0).arrays["scores"]
        for r in (told, turned)
    ]
    assert np.array_equal(*scores)


def test_more_effort_is_more_references() -> None:
    free = Profile(model="m", retrainable=True)
    counts = [MembershipFusion().propose(free, e)[0].params["references"] for e in ("quick", "standard", "deep")]
    assert counts == [4, 8, 16]
    with pytest.raises(NotApplicable, match="no retrain function"):
        MembershipFusion().propose(Profile(model="m"), "quick")
