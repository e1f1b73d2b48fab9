from bartizan.core.access import Access, Output
from bartizan.core.vocabulary import Capability as C


def test_capabilities_are_a_set_written_in_one_order() -> None:
    assert Access(capabilities=(C.WEIGHTS, C.LABELS, C.WEIGHTS)) == Access(capabilities=(C.LABELS, C.WEIGHTS))


def test_allows_needs_every_capability() -> None:
    access = Access(capabilities=(C.SCORES, C.DATA_READ))
    assert access.allows(C.SCORES)
    assert access.allows()
    assert not access.allows(C.SCORES, C.WEIGHTS)


def test_the_name_is_the_highest_rung() -> None:
    assert Access().name == "none"
    assert Access(capabilities=(C.LABELS, C.DATA_WRITE)).name == "labels"
    assert Access(capabilities=(C.DATA_WRITE, C.DATA_READ)).name == "data_write"
    assert Access(capabilities=tuple(C)).name == "weights"


def test_knowledge_follows_from_capabilities() -> None:
    outside = Access(capabilities=(C.SCORES,), interface="api", output=Output(kind="rounded")).knowledge()
    assert outside["output"] == "rounded"
    assert outside["queries"] is True
    assert outside["weights"] is False
    inside = Access(capabilities=(C.WEIGHTS, C.RECIPE)).knowledge()
    assert inside["weights"] is True
    assert inside["training_recipe"] is True
    assert inside["queries"] is False
    assert Access(capabilities=(C.DATA_WRITE,)).knowledge()["output"] == "none"
