from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from bartizan.campaign.ways import ways
from bartizan.core.access import Access, Budget, Output
from bartizan.core.threat import Means
from bartizan.core.vocabulary import Capability as C


def means(name: str, *capabilities: C, returns: str = "scores", **budget: int) -> Means:
    access = Access(capabilities=capabilities, interface="api", output=Output(kind=returns))
    return Means(sources=(name,), access=access, budget=Budget(**budget))


def found(*brought: Means, needs: Any, kind: Any = "attack") -> list[list[tuple[Any, ...]]]:
    vulnerability: Any = SimpleNamespace(means=brought, interface="api")
    attack: Any = SimpleNamespace(spec=SimpleNamespace(needs=needs))
    rungs = ways(vulnerability, kind, attack)
    return [[(w.sources, w.access.name, w.budget.queries, w.budget.records) for w in rung] for rung in rungs]


CUSTOMER = means("customer", C.LABELS, C.SCORES, queries=100_000)
INSIDER = means("insider", C.LABELS, C.SCORES, C.RECIPE, C.DATA_WRITE, queries=1000, records=50)
SUPPLIER = means("supplier", C.DATA_WRITE, returns="label", records=9000)


def test_the_strongest_single_adversary_at_each_need() -> None:
    everybody = (CUSTOMER, INSIDER, SUPPLIER)
    assert found(*everybody, needs=((C.SCORES,),)) == [[(("customer",), "scores", 100_000, None)]]
    assert found(*everybody, needs=((C.DATA_WRITE,),)) == [[(("supplier",), "data_write", None, 9000)]]


def test_nobody_has_the_recipe_of_one_and_the_budget_of_another() -> None:
    assert found(CUSTOMER, INSIDER, needs=((C.SCORES, C.RECIPE),)) == [[(("insider",), "scores", 1000, None)]]
    assert found(CUSTOMER, SUPPLIER, needs=((C.SCORES, C.RECIPE), (C.LABELS, C.DATA_WRITE))) == []


def test_writing_records_with_the_recipe_is_a_rung_of_its_own() -> None:
    needs = ((C.DATA_WRITE,), (C.DATA_WRITE, C.RECIPE))
    assert [[w[0] for w in rung] for rung in found(INSIDER, SUPPLIER, needs=needs)] == [[("supplier",)], [("insider",)]]


def test_several_where_neither_has_all_that_the_other_has() -> None:
    precise = means("precise", C.LABELS, C.SCORES, queries=5)
    patient = means("patient", C.LABELS, C.SCORES, returns="rounded", queries=500)
    weak = means("weak", C.LABELS, C.SCORES, returns="rounded", queries=5)
    (rung,) = found(precise, patient, weak, needs=((C.SCORES,),))
    assert [sources for sources, *_ in rung] == [("precise",), ("patient",)]


def test_no_limit_is_more_than_any_and_equals_are_named_together() -> None:
    free, as_free = means("free", C.SCORES), means("as_free", C.SCORES, C.RECIPE)
    assert found(CUSTOMER, free, as_free, needs=((C.SCORES,),)) == [[(("free", "as_free"), "scores", None, None)]]


def test_who_holds_the_weights_asks_nobody() -> None:
    thief = means("thief", C.LABELS, C.SCORES, C.LOGITS, C.WEIGHTS, queries=3)
    assert found(thief, needs=((C.LOGITS,), (C.LABELS,))) == [
        [(("thief",), "logits", None, None)], [(("thief",), "labels", None, None)],
    ]  # fmt: skip


def test_what_the_owner_does_needs_no_adversary() -> None:
    assert found(needs=((C.WEIGHTS,),), kind="certifier") == [[((), "weights", None, None)]]
