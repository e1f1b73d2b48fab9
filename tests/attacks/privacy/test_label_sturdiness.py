import numpy as np
import pytest

from bartizan.attacks.privacy.controls import candidates, memoriser
from bartizan.attacks.privacy.label_sturdiness import LabelSturdiness, LabelSturdinessParams
from bartizan.core.access import Access, Budget
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.testing import check_attack

ACCESS = Access(capabilities=(Capability.LABELS,))


def test_contract() -> None:
    check_attack(LabelSturdiness)


def test_a_few_queries_a_record_and_whole_records_only() -> None:
    view = grant(memoriser(), ACCESS, Budget(queries=100), candidates())
    scores = LabelSturdiness().run(view, params=LabelSturdinessParams(queries=9), seed=0).arrays["scores"]
    assert view.meter.queries == 99
    assert (view.meter.per_example[:11] == 9).all()
    assert (scores[11:] == scores.min()).all()
    assert np.isfinite(scores).all()


def test_it_asks_for_what_it_spends() -> None:
    (wanted,) = LabelSturdiness().propose(Profile(model="m"), "quick")
    assert (wanted.queries_per_example, wanted.queries) == (9, 9 * wanted.examples)
    with pytest.raises(NotApplicable, match="200 records at least, 9 times each"):
        LabelSturdiness().propose(Profile(model="m", queries=1000), "quick")
