from bartizan.core.classwise import Share
from bartizan.core.dose import DoseAt, Poison, Seen
from bartizan.core.finding import Measures
from bartizan.report.stealth import got

DOSE = DoseAt(amount=100, harm=Share(value=0.5, low=0.4, high=0.6, n=5), goal=Share(value=1, low=0.5, high=1, n=5))


def poison(altered: float, low: float, others: float = 0.04) -> Measures:
    seen = Seen(
        amount=100,
        altered=Share(value=altered, low=low, high=1, n=100),
        others=Share(value=others, low=0.03, high=0.05, n=1900),
    )
    one = Poison(attack="badnets", what="records", harm="trigger_success", doses=(DOSE,), evidence="e", seen=seen)
    return Measures(poison=(one,))


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def test_it_is_said_how_much_of_the_poison_a_pass_flags_and_how_much_of_the_rest() -> None:
    found = got(poison(0.98, 0.93), {"e": "BadNets"})
    assert found is not None
    assert found.question == "Who would see it?"
    said = plain(found.says[0])
    assert said == "The pass over the training data flags 98 of 100 poisoned records (BadNets) and 4 % of the others."
    (row,) = found.table.rows
    assert [plain(c) for c in row] == ["BadNets", "100 records", "98 of 100 (93 % to 100 %)", "4 % (3 % to 5 %)"]


def test_poison_that_is_flagged_no_more_than_the_rest_is_said_to_be_unseen() -> None:
    found = got(poison(0.06, 0.02), {})
    assert found is not None
    assert found.says[0].endswith("tells the poison from nothing else.")


def test_where_no_pass_was_made_nothing_is_said() -> None:
    bare = Poison(attack="badnets", what="records", harm="trigger_success", doses=(DOSE,), evidence="e")
    assert got(Measures(poison=(bare,)), {}) is None
