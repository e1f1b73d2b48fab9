import pytest

from bartizan.core.classwise import Share
from bartizan.core.finding import Measures
from bartizan.core.leak import Membership, ToldAt
from bartizan.report.members import got, said, sentence


def share(value, low, high, n=1000):
    return Share(value=value, low=low, high=high, n=n)


def told(fpr, value, low, high, n=1000):
    return ToldAt(
        fpr=fpr, members=share(value, low, high, n), realised=share(0.004, 0.001, 0.01), tpr=share(0.1, 0, 0.2)
    )


def plain(text):
    return text.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (
            1000,
            "42 of 1 000 training records can be told from outsiders with at most one false accusation in 1 000 "
            "(between 31 and 56).",
        ),
        (5000, "42 of 1 000"),
        (200, "8.4 of 200"),
    ],
)
def test_the_sentence(n, words):
    assert plain(sentence(told(0.001, 0.042, 0.031, 0.056, n))).startswith(words)


def test_the_strictest_rate_speaks_first_and_the_next_says_what_it_needs():
    rates = (told(0.01, 0.1, 0.08, 0.12), told(0.001, 0.042, 0.031, 0.056))
    lines = [plain(s) for s in said(Membership(told=rates, outsiders=10_000, next_fpr=0.0001, next_outsiders=100_000))]
    assert lines[0].startswith("42 of 1 000")
    assert "Of 1 000 other outsiders 4 were falsely accused" in lines[1]
    assert lines[2] == "To speak of one false accusation in 10 000, 100 000 outsiders are needed; there were 10 000."


def test_chance_is_said_where_it_may_be_all():
    assert any("chance alone" in s for s in said(Membership(told=(told(0.01, 0.012, 0.006, 0.02),))))
    assert not any("chance alone" in s for s in said(Membership(told=(told(0.01, 0.03, 0.02, 0.04),))))


def test_every_rate_has_a_row():
    found = got(Measures(membership=Membership(told=(told(0.1, 0.2, 0.1, 0.3),), auc=share(0.61, 0.58, 0.64))))
    assert [r[0] for r in found.table.rows] == ["one in 10"]
    assert found.table.notes[-1].startswith("Area under the whole curve: 0.61 (0.58 to 0.64)")
    assert got(Measures()) is None
