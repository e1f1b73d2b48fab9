import pytest

from bartizan.report.leaks import table, trades


def plain(text):
    return text.replace("\u202f", " ")


def test_a_row_for_the_model_as_described_and_for_each_treatment(assessment):
    found = table(assessment)
    assert found.head[:2] == ("treatment", "accuracy")
    rows = {r[0]: [plain(c) for c in r] for r in found.rows}
    head = list(found.head)
    told, area, copy = (head.index(next(h for h in head if w in h)) for w in ("members told", "area", "copy"))
    assert rows["as described"][told].startswith("1.7 %")
    assert rows["Adversarial training"][told].startswith("4.8 %")
    assert (rows["as described"][area][:4], rows["Adversarial training"][area][:4]) == ("0.61", "0.70")
    assert rows["Adversarial training"][copy] == "–"
    assert rows["Rounding of scores"][copy].startswith("93 %")


def private(assessment, **changes):
    return tuple(
        t.model_copy(update={"defence": "DF36", **changes}) if t.id == "T4" else t for t in assessment.treatments
    )


def test_differentially_private_training_stands_there_or_why_not(assessment, changed):
    assert "not among the treatments" in table(assessment).notes[-1]
    unfit = table(changed(treatments=private(assessment)))
    assert unfit.notes[-1].endswith("It would cost more accuracy than the floor of 92 % allows.")
    measured = table(changed(treatments=private(assessment, status="applied")))
    assert any(r[0] == "Differentially private training" for r in measured.rows)
    assert not any("DP-SGD" in note for note in measured.notes)


def test_what_was_not_measured_on_both_sides_is_not_drawn(assessment):
    names = {(t.treatment, t.finding.partition(": ")[2]) for t in trades(assessment)}
    assert names == {
        ("Adversarial training", "members told"), ("Adversarial training", "area"),
        ("Rounding of scores", "copy agrees"),
    }  # fmt: skip


@pytest.mark.parametrize("empty_of", ["findings", "treatments"])
def test_nothing_fails_where_a_part_is_missing(changed, empty_of):
    assert trades(changed(**{empty_of: ()})) == []
    assert len(table(changed(**{empty_of: ()})).rows) == (0 if empty_of == "findings" else 1)
