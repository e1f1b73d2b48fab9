import pytest

from bartizan.report.brief import tables


def plain(text):
    return text.replace("\u202f", " ")


@pytest.fixture
def made(assessment):
    return {t.title: t for t in tables(assessment)}


def row(table, *first):
    return next(tuple(map(plain, r)) for r in table.rows if r[: len(first)] == first)


def test_every_row_has_a_cell_for_each_head(made):
    assert len(made) == 8
    assert all(len(r) == len(t.head) for t in made.values() for r in t.rows)


def test_the_ladder_runs_from_least_to_most_with_intervals(made):
    table = made["How much knowledge it takes"]
    assert table.head == ("finding", "labels", "scores", "gradients")
    assert row(table, "E2@reader/api")[2:] == ("62 % (54 % to 68 %)", "72 % (67 % to 100 %)")
    assert row(table, "D1@train/api")[3] == "–"
    assert "X1@reader/api" not in {r[0] for r in table.rows}, "one rung says what the rate says"


def test_findings_that_share_a_ladder_share_a_row(changed, assessment):
    first = assessment.findings[0]
    both = (first, first.model_copy(update={"id": "E9@reader"}))
    table = tables(changed(findings=both, treatments=()))[0]
    assert [r[0] for r in table.rows] == ["E2@reader/api, E9@reader"]


def test_worst_class_precision_and_recall_are_said(made):
    table = made["Worst class, precision and recall (clean → attacked)"]
    found = row(table, "E2@reader/api")
    assert found[1:4] == ("1", "13 % (of 70, 0 % to 33 %)", "97 %")
    assert found[4:] == ("94 % → none of none", "97 % → 13 % (of 70, 0 % to 33 %)")
    assert row(table, "H2@reader")[2].endswith("under scan noise")
    assert row(table, "H2@reader")[4:] == ("–", "–")


def test_the_same_examples_are_compared_and_what_did_not_change_is_named(made):
    table = made["Tested again after treatment"]
    found = row(table, "Adversarial training", "E2@reader/api")
    assert found[3:] == ("14 % (9.5 % to 20 %)", "better", "99 mended, 4 broken of 200, p < 0.0001")
    assert row(table, "Adversarial training", "E1@reader")[-1] == "–"
    assert table.notes == ("Rounding of scores: no change in X1@reader/api",)
    assert "A1@reader/api" not in {r[1] for r in table.rows}


def test_what_lies_behind_the_rates_stands_before_and_after(made):
    (table,) = [t for title, t in made.items() if title.startswith("Still right")]
    found = row(table, "Adversarial training", "E2@reader/api")
    assert found[2].startswith("1: 13 % → 7: 44 % (of 70, ")
    assert found[3].startswith("none of none → 49 % (of 61, ")
    assert found[4].startswith("13 % → 56 % (of 70, ")


def test_the_adaptive_rung_is_shown_and_said(made):
    table = made["How much knowledge it takes, before → after treatment"]
    assert table.head == ("treatment", "finding", "labels", "scores", "adaptive")
    assert row(table, "Adversarial training")[2:] == ("34 % → 6 %", "62 % → 14 %", "72 % → 19 %")
    assert "knows the defence reaches 19 %" in plain(table.notes[0])
    assert table.notes[-1].startswith("Adaptive: following the gradients")


def test_nothing_known_makes_no_table(empty):
    assert tables(empty) == []


def test_leaks_and_thefts_have_their_tables(made):
    told, copied = made["Members told from outsiders (D1@train/api)"], made["Copies of the model (X1@reader/api)"]
    assert [r[0] for r in told.rows] == ["one in 100", "one in 1\u202f000"]
    assert "3.5 of 1 000 training records" in plain(told.notes[0])
    assert [plain(r[1]) for r in copied.rows] == ["0.2 €", "2 €", "20 €"]
    assert "At 0.002 € a query it cost 20 €." in plain(copied.notes[0])
    trade = made["Utility against leak"]
    assert [r[0] for r in trade.rows] == ["as described", "Adversarial training", "Rounding of scores"]
