import numpy as np
import pytest

from bartizan.attacks.poisoning.controls import trusting, two_classes
from bartizan.attacks.poisoning.label_flip import LabelFlip, LabelFlipParams, flips, nearest_other
from bartizan.core.access import Access, Budget
from bartizan.core.data import Data
from bartizan.core.errors import AccessDenied
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability

WRITE = Access(capabilities=(Capability.DATA_WRITE,))


def line() -> Data:
    """Three classes on a line at 0, 1 and 10, a little spread."""
    x = np.array([[-0.1], [0.3], [0.9], [1.0], [9.9], [10.1]], np.float32)
    return Data.of(x, np.array([0, 0, 1, 1, 2, 2]))


def test_the_nearest_other_class_is_the_one_next_to_it() -> None:
    other, gap = nearest_other(line().x, line().y, 3)
    assert other.tolist() == [1, 1, 0, 0, 1, 1]
    assert gap[1] < gap[0] < gap[4]


def test_a_class_nobody_has_is_never_chosen_while_there_is_another() -> None:
    other, _ = nearest_other(line().x, line().y, 5)
    assert other.max() < 3


def test_one_class_alone_flips_to_the_next() -> None:
    other, _ = nearest_other(np.zeros((3, 1), np.float32), np.zeros(3, np.int64), 2)
    assert other.tolist() == [1, 1, 1]


def test_boundary_records_come_first() -> None:
    index, labels = flips(line(), 3, 2, LabelFlipParams(), seed=0)
    assert index[0] == 1
    assert labels[0] == 1


@pytest.mark.parametrize("records", ["random", "boundary"])
@pytest.mark.parametrize("to", ["random", "nearest"])
def test_every_new_label_is_wrong_and_no_record_is_taken_twice(records, to) -> None:  # type: ignore[no-untyped-def]
    clean = two_classes().writable
    index, labels = flips(clean, 3, 100, LabelFlipParams(records=records, to=to), seed=1)
    assert len(np.unique(index)) == 100
    assert (labels != clean.y[index]).all()
    assert labels.max() < 3


def test_no_more_records_than_the_budget() -> None:
    view = grant(trusting(), WRITE, Budget(records=12), two_classes())
    artifact = LabelFlip().run(view, params=LabelFlipParams(), seed=0)
    assert len(artifact.arrays["index"]) == 12
    assert artifact.arrays["doses"].tolist() == [12]
    assert view.meter.queries == 0


def test_without_write_access_it_is_denied() -> None:
    view = grant(trusting(), Access(capabilities=(Capability.LABELS,)), Budget(), two_classes())
    with pytest.raises(AccessDenied):
        LabelFlip().run(view, params=LabelFlipParams(), seed=0)


def test_quick_costs_six_trainings_over_three_seeds() -> None:
    (proposal,) = LabelFlip().propose(Profile(model="m", retrainable=True), "quick")
    params = LabelFlipParams(**proposal.params)
    assert params.seeds >= 3
    assert params.seeds * (len(params.doses) + 1) <= 6
    with pytest.raises(NotApplicable):
        LabelFlip().propose(Profile(model="m"), "quick")
