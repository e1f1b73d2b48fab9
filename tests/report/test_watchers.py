from bartizan.core.classwise import Share
from bartizan.core.finding import Measures
from bartizan.core.leak import CopyAt, Hiding, Noticed, Proof, Theft
from bartizan.report.copies import got
from bartizan.report.watchers import proven, said

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


def test_a_detector_is_said_with_what_it_misses_and_whom_it_accuses():
    assert said(theft(SEEN)) == (
        "The near duplicates detector would have stopped this theft after 265 of 2,000 queries; it accuses 0 of 20 "
        "honest users, and none who asks as much as the thief; sent among 1,000 honest queries, after 400 of them; "
        "spread over 50 accounts, never.",
    )


def test_one_that_sees_nothing_says_so():
    (line,) = said(theft(BLIND))
    assert "would not have noticed this theft at all" in line
    assert "accuses 2 of 20 honest users, and one who asks as much as the thief." in line


def test_a_proof_is_said_with_its_p_and_its_controls():
    proof = Proof(p=0.03, copied=True, controls=19, likeness=0.9, nearest=0.6)
    (line,) = proven(theft().model_copy(update={"proof": proof}))
    assert "could prove the theft: the copy is 90" in line
    assert "nearest of 19 models made without asking is 60" in line
    assert "(p = 0.03)" in line
    (line,) = proven(theft().model_copy(update={"proof": proof.model_copy(update={"copied": False, "p": 0.4})}))
    assert "could not prove" in line
    assert proven(theft()) == ()


def test_it_stands_beside_the_curve():
    assert any("near duplicates" in line for line in got(Measures(theft=theft(SEEN))).says)
    assert said(theft()) == ()
