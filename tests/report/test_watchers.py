from bartizan.core.classwise import Share
from bartizan.core.finding import Measures
from bartizan.core.leak import CopyAt, Hiding, Noticed, Proof, Theft
from bartizan.report.watchers import got, proven, said, table

NONE = Share(value=0.0, low=0.0, high=0.17, n=20)
SOME = Share(value=0.1, low=0.01, high=0.3, n=20)


def thief(name, before, accounts=1, sent=2000):
    return Hiding(thief=name, accounts=accounts, before=before, sent=sent)


def theft(*noticed):
    curve = (CopyAt(queries=2000, fidelity=Share(value=0.9, low=0.88, high=0.92, n=500)),)
    return Theft(curve=curve, noticed=noticed)


SEEN = Noticed(
    detector="near duplicates",
    accused=NONE,
    thieves=(
        thief("in the open", 265),
        thief("slow", 400, sent=3000),
        thief("5 accounts", 900, 5),
        thief("50 accounts", None, 50),
    ),
    busy=False,
)
BLIND = Noticed(detector="distribution test", accused=SOME, thieves=(thief("in the open", None),), busy=True)


def test_each_detector_has_a_row_with_what_it_misses_and_whom_it_accuses():
    rows = table(theft(SEEN, BLIND)).rows
    assert rows[0] == (
        "near duplicates", "after 265", "after 400", "no alarm (50 accounts)", "0 of 20", "left alone"
    )  # fmt: skip
    assert rows[1] == ("distribution test", "no alarm", "–", "–", "2 of 20", "accused")


def test_the_first_to_speak_up_is_said():
    (line,) = said(theft(BLIND, SEEN))
    assert line == "Of 2\u202f000 queries, 265 were answered before the near duplicates detector would have spoken up."


def test_where_none_sees_anything_that_is_said():
    assert said(theft(BLIND)) == ("None of 1 detector would have noticed this theft.",)


def test_a_proof_is_said_with_its_p_and_its_controls():
    proof = Proof(p=0.03, copied=True, controls=19, likeness=0.9, nearest=0.6)
    (line,) = proven(theft().model_copy(update={"proof": proof}))
    assert "could prove the theft: the copy is 90" in line
    assert "nearest of 19 models made without asking is 60" in line
    assert "(p = 0.03)" in line
    (line,) = proven(theft().model_copy(update={"proof": proof.model_copy(update={"copied": False, "p": 0.4})}))
    assert "could not prove" in line
    assert proven(theft()) == ()


def test_nothing_is_said_where_nothing_was_rehearsed():
    assert got(Measures(theft=theft())) is None
    assert got(Measures(theft=theft(SEEN))).table.rows
