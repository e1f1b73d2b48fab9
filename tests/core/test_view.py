from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.core.access import Access, Budget, Output
from bartizan.core.data import Array, Data, Roles
from bartizan.core.errors import AccessDenied, BudgetSpent
from bartizan.core.target import Target, TargetInfo
from bartizan.core.view import View, grant, reduce_output
from bartizan.core.vocabulary import Capability as C

OF = np.arange(4)


class Counting(Target):
    """Counts the rows it really answered."""

    def __init__(self) -> None:
        self.info = TargetInfo(id="t", input_shape=(2,), classes=3)
        self.answered = 0

    def scores(self, x: Array) -> Array:
        self.answered += len(x)
        return np.tile(np.array([0.2, 0.5, 0.3], np.float32), (len(x), 1))


def data(n: int) -> Data:
    return Data.of(np.zeros((n, 2)), np.zeros(n))


def view(*capabilities: C, target: Target | None = None, output: Output = Output(), **limits: int) -> View:
    roles = Roles(data(4), data(2), data(3), {"member": np.ones(4, np.bool_)})
    return grant(target or Counting(), Access(capabilities=capabilities, output=output), Budget(**limits), roles)


@pytest.mark.parametrize(
    "reach",
    [
        lambda v: v.labels(v.probe.x),
        lambda v: v.scores(v.probe.x),
        lambda v: v.logits(v.probe.x),
        lambda v: v.weights(),
        lambda v: v.train(v.probe.x, v.probe.y, seed=0),
        lambda v: v.writable,
        lambda v: v.files,
    ],
)
def test_nothing_is_granted_by_default(reach: object) -> None:
    with pytest.raises(AccessDenied):
        reach(view())  # type: ignore[operator]


def test_scores_imply_labels_and_not_the_other_way() -> None:
    assert view(C.SCORES).labels(data(4).x).tolist() == [1, 1, 1, 1]
    with pytest.raises(AccessDenied):
        view(C.LABELS).scores(data(4).x)


def test_each_row_is_counted_on_its_example() -> None:
    v = view(C.SCORES)
    v.scores(data(3).x, np.array([0, 0, 2]))
    v.scores(data(2).x)
    assert v.meter.per_example.tolist() == [2, 0, 1, 0]
    assert v.meter.cost().queries == v.meter.cost().forwards == 5


def test_a_query_beyond_the_budget_of_one_example_answers_nothing() -> None:
    target = Counting()
    v = view(C.SCORES, target=target, queries_per_example=2)
    v.scores(data(4).x, OF)
    v.scores(data(4).x, OF)
    with pytest.raises(BudgetSpent):
        v.scores(data(1).x, np.array([3]))
    assert target.answered == 8
    assert v.meter.queries == 8
    assert v.left().tolist() == [0, 0, 0, 0]


def test_a_query_beyond_the_total_answers_nothing_and_costs_nothing() -> None:
    target = Counting()
    v = view(C.SCORES, target=target, queries=5)
    with pytest.raises(BudgetSpent):
        v.scores(data(6).x)
    assert (target.answered, v.meter.queries) == (0, 0)
    v.scores(data(5).x)
    assert target.answered == 5


def test_every_query_names_the_example_it_is_spent_on() -> None:
    target = Counting()
    v = view(C.SCORES, target=target, queries_per_example=2)
    with pytest.raises(ValueError, match="name one for each"):
        v.scores(data(100).x, np.array([0]))
    assert (target.answered, v.meter.queries) == (0, 0)


def test_a_query_that_names_no_example_needs_a_budget_over_all() -> None:
    target = Counting()
    v = view(C.SCORES, target=target, queries_per_example=2)
    with pytest.raises(BudgetSpent, match="must name its example"):
        v.scores(data(1).x)
    assert (target.answered, v.meter.queries) == (0, 0)
    v = view(C.SCORES, target=target, queries_per_example=2, queries=9)
    v.scores(data(4).x, OF)
    v.scores(data(5).x)
    with pytest.raises(BudgetSpent):
        v.scores(data(1).x)
    assert (v.watched().shared, v.watched().queries) == (5, 9)


def test_what_an_attack_writes_into_the_weights_nobody_else_sees() -> None:
    torch = pytest.importorskip("torch")

    class Shown(Counting):
        net = torch.nn.Linear(2, 3)

        def weights(self) -> object:  # type: ignore[override]
            return self.net

    v = view(C.WEIGHTS, target=Shown())
    before = Shown.net.weight.detach().clone()
    with torch.no_grad():
        v.weights().weight.zero_()
    assert torch.equal(Shown.net.weight, before)
    assert torch.equal(v.weights().weight, before)


def test_a_view_does_not_tell_the_digest_that_seeds_are_drawn_from() -> None:
    target = Counting()
    target.info = target.info.model_copy(update={"digest": "secret"})
    assert view(target=target).info.digest == ""


def test_what_an_attack_writes_into_its_data_nobody_else_sees() -> None:
    roles = Roles(data(4), data(2), data(3))
    v = grant(Counting(), Access(capabilities=(C.DATA_WRITE,)), Budget(), roles)
    for handed in (v.probe, v.auxiliary, v.writable):
        handed.x[:], handed.y[:], handed.rows[:] = 9, 1, 7
    for kept in (roles.probe, roles.auxiliary, roles.writable):
        assert (kept.x.max(), kept.y.max(), kept.rows.tolist()) == (0, 0, list(range(len(kept))))


def test_without_a_limit_much_is_left() -> None:
    assert (view(C.SCORES).left() > 10**12).all()


def test_a_view_holds_no_secret() -> None:
    v = view(*C)
    assert v._roles.secrets == {}


def test_writable_records_are_for_those_who_may_read_or_write_them() -> None:
    assert len(view(C.DATA_WRITE).writable) == len(view(C.DATA_READ).writable) == 3


def test_a_view_without_a_model_says_so() -> None:
    v = View(None, Access(capabilities=(C.SCORES,)), Budget(), Roles(data(1)))
    with pytest.raises(AccessDenied, match="no model"):
        v.scores(data(1).x)


def test_backward_passes_are_counted_when_taken() -> None:
    torch = pytest.importorskip("torch")

    class Linear(Counting):
        def logits(self, x: object) -> object:  # type: ignore[override]
            return x @ torch.ones(2, 3)  # type: ignore[operator]

    v = view(C.LOGITS, target=Linear())
    x = torch.zeros(4, 2, requires_grad=True)
    out = v.logits(x)
    assert v.meter.backwards == 0
    out.sum().backward()
    assert (v.meter.forwards, v.meter.backwards) == (4, 4)


scores = st.lists(st.lists(st.floats(0, 1, width=32), min_size=4, max_size=4), min_size=1, max_size=6)


@given(scores, st.integers(1, 6))
def test_top_k_keeps_the_k_highest(rows: list[list[float]], k: int) -> None:
    full = np.array(rows, np.float32)
    kept = reduce_output(full, Output(kind="top_k", k=k))
    assert ((kept == full) | (kept == 0)).all()
    for row, cut in zip(full, kept, strict=True):
        assert sorted(cut)[::-1][:k] == pytest.approx(sorted(row)[::-1][:k])


@given(scores)
def test_a_label_is_one_hot_where_the_scores_are_highest(rows: list[list[float]]) -> None:
    full = np.array(rows, np.float32)
    hot = reduce_output(full, Output(kind="label"))
    assert (hot.sum(axis=1) == 1).all()
    assert (hot.argmax(axis=1) == full.argmax(axis=1)).all()


def test_rounding_rounds_and_full_scores_pass() -> None:
    full = np.array([[0.123, 0.877]], np.float32)
    assert reduce_output(full, Output(kind="rounded", decimals=1)).tolist() == [[np.float32(0.1), np.float32(0.9)]]
    assert reduce_output(full, Output(kind="scores")) is full


def test_the_view_reduces_what_the_interface_returns() -> None:
    assert view(C.SCORES, output=Output(kind="label")).scores(data(1).x).tolist() == [[0, 1, 0]]
