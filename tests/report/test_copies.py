import pytest

from bartizan.core.classwise import Share
from bartizan.core.finding import Measures
from bartizan.core.leak import CopyAt, NextAttack, Theft
from bartizan.report.copies import UNKNOWN, euros, got


def share(value):
    return Share(value=value, low=value - 0.05, high=value + 0.05, n=500)


def theft(**changes):
    curve = tuple(CopyAt(queries=n, fidelity=share(v), accuracy=share(v)) for n, v in ((100, 0.6), (1000, 0.9)))
    return Theft(**{"curve": curve, "own": share(0.5), **changes})


def words(found):
    return " ".join(got(Measures(theft=found)).says).replace("\u202f", " ")


def test_without_a_price_it_is_said_that_none_was_stated():
    assert UNKNOWN in words(theft())
    assert "price" not in got(Measures(theft=theft())).table.head


def test_a_price_stands_in_words_and_in_each_row():
    curve = tuple(CopyAt(queries=n, fidelity=share(0.9), eur=n * 0.002) for n in (100, 1000))
    found = theft(curve=curve, query_eur=0.002)
    assert "At 0.002 € a query it cost 2 €." in words(found)
    assert [r[1] for r in got(Measures(theft=found)).table.rows] == ["0.2\u202f€", "2\u202f€"]


def test_what_the_copy_is_worth_to_the_next_attack():
    moved = NextAttack(norm="linf", eps=0.1, turned=share(0.12), evidence="e")
    assert "those prepared on the copy alone turn 12 % (7 % to 17 %) with L∞ ≤ 0.1" in words(theft(next=(moved,)))
    assert "no inputs were prepared on it" in words(theft())


def test_it_is_held_against_a_model_that_never_asked():
    assert "never asked agrees on 50 %" in words(theft())


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0.0004, "0.0004\u202f€"), (2.0, "2\u202f€"), (12.5, "12.50\u202f€"), (1234.5, "1\u202f234\u202f€")],
)
def test_euros(amount, said):
    assert euros(amount) == said
