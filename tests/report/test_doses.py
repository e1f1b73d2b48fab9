import pytest

from bartizan.core.classwise import Share
from bartizan.core.dose import DoseAt, Poison
from bartizan.core.finding import Measures, Tries
from bartizan.core.system.contributing import Contributing
from bartizan.report import answers
from bartizan.report.doses import got, price_of
from bartizan.report.effort import effort
from bartizan.report.figures import family_figures
from bartizan.report.sections.findings import Findings

NONE = Contributing(account_records=1_000_000)


def share(k, n):
    return Share(value=k / n, low=0.0, high=1.0, n=n)


def poison(*doses, what="labels", evidence="e", **prices):
    """doses: (amount, retrainings of three that reached the goal)."""
    c = Contributing(**prices) if prices else None
    made = tuple(
        DoseAt(amount=a, harm=share(k, 3), goal=share(k, 3), eur=c and c.eur(a, what), accounts=c and c.accounts(a))
        for a, k in doses
    )
    return Poison(
        attack="label_flip",
        what=what,
        harm="accuracy_drop",
        doses=made,
        data="train",
        contributing=c,
        evidence=evidence,
    )


def words(*found, names=None):
    return " ".join(got(Measures(poison=found), names or {}).says).replace("\u202f", " ")


def head(*found):
    return got(Measures(poison=found), {}).table.head


def test_without_a_price_numbers_stand_alone_and_it_is_said_where_a_price_goes():
    said = words(poison((100, 1), (250, 3)))
    assert said == (
        "Label flip reaches its goal with 250 labels (3 of 3 retrainings). What labels cost whoever contributes them "
        "is unknown: a price can be given in the description (assets.data, train, contributing: label_eur)."
    )
    assert "€" not in said
    assert head(poison((100, 1))) == ("attack", "dose", "effect", "goal")


def test_a_price_stands_in_words_and_in_each_row():
    found = poison((100, 1), (250, 3), label_eur=0.04, account_records=100, account_eur=2.0)
    assert words(found) == (
        "Label flip reaches its goal with 250 labels (3 of 3 retrainings): 16 € and 3 accounts. By the description a "
        "label costs 0.04 €, an account may contribute 100 at most and costs 2 €."
    )
    rows = got(Measures(poison=(found,)), {"e": "label flip (writes labels)"}).table.rows
    named, *cells = (cell.replace("\u202f", " ") for cell in rows[1])
    assert named == "label flip (writes labels)"
    assert cells == ["250 labels", "16 €", "3", "100 % (0 % to 100 %)", "3 of 3 retrainings"]


def test_records_that_are_written_are_no_labels():
    found = poison((1, 3), what="records", record_eur=0.5)
    assert "with 1 record, the smallest dose that was tried (3 of 3 retrainings): 0.5 €." in words(found)
    assert "a record costs 0.5 €" in words(found)


def test_what_is_priced_for_records_is_unknown_for_labels():
    both = poison((100, 3), what="records", record_eur=0.5), poison((90, 3), record_eur=0.5)
    assert "What labels cost whoever contributes them is unknown" in words(*both)
    assert "What records cost" not in words(*both)
    assert [r[2] for r in got(Measures(poison=both), {}).table.rows] == ["50\u202f€", "–"]


def test_where_no_dose_was_enough_the_largest_is_told_with_its_price():
    found = poison((100, 0), (250, 1), label_eur=0.04)
    assert "No dose that was tried reached its goal, up to 250 labels at 10 € (label flip)." in words(found)


def test_without_poison_there_is_nothing():
    assert got(Measures(), {}) is None


def finding(assessment, **changes):
    return next(f for f in assessment.findings if f.id == "B1@reader").model_copy(update=changes)


PRICED = {"record_eur": 0.5, "account_records": 20}


@pytest.fixture
def priced(assessment):
    """The finding of the planted trigger with what its doses cost."""
    found = poison((50, 1), (100, 3), what="records", evidence="badnets1" * 4, **PRICED)
    return finding(assessment, poison=(found,))


def test_the_answer_to_how_many_tries_says_what_they_cost(assessment, priced):
    assert price_of(priced, 100.0, "records") == " (50\u202f€ and 5 accounts)"
    assert price_of(priced, 70.0, "records") == price_of(priced, 100.0, "labels") == ""
    tries = Tries(unit="records", median=100.0, low=None, high=None, censored_at=200.0, n=3)
    said = answers.tries(priced.model_copy(update={"tries": tries}), assessment.evidence)
    assert said == "half of the 3 retrainings fall to 100 records (50\u202f€ and 5 accounts)"


def test_the_curve_says_what_one_costs(assessment, arrays, priced):
    evidence = [e for e in assessment.evidence if e.id in priced.evidence]
    (curve,) = family_figures(priced, evidence, arrays, {})
    assert "records, at 0.5\u202f€ each" in curve.chart


def test_labels_that_were_written_are_called_labels_on_the_curve(assessment, arrays):
    f = finding(assessment)
    evidence = [e.model_copy(update={"tries_unit": "labels"}) for e in assessment.evidence if e.id in f.evidence]
    (curve,) = family_figures(f, evidence, arrays, {})
    assert curve.axis == "labels"
    assert curve.heading.endswith("what more labels bring")
    assert "records" not in curve.chart


def test_what_a_record_costs_stands_beside_what_it_may_cost(assessment, priced, changed):
    v = tuple(
        v.model_copy(update={"sources": ("fraudster",)}) if v.id == "B1@reader" else v
        for v in assessment.vulnerabilities
    )
    assert effort(priced, changed(vulnerabilities=v))[0].endswith("; it costs 0.5\u202f€.")


def test_the_page_names_the_least_dose_and_its_price_with_the_trial(assessment, arrays, priced, changed):
    others = tuple(f for f in assessment.findings if f.id != priced.id)
    blocks = Findings().context(changed(findings=(*others, priced)), arrays)["blocks"]
    block = next(b for b in blocks if b["f"].id == priced.id)
    (measured,) = [r["measured"] for r in block["evidence"] if r["e"].id == "badnets1" * 4]
    assert measured.endswith("; least dose that reached the goal: 100 records, 50\u202f€ and 5 accounts")
    assert block["got"][0].question == "What does the poison take?"
