from bartizan.core.access import Budget
from bartizan.core.evidence import Evidence
from bartizan.core.treatment import Treatment
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome
from bartizan.report.rationed import said

LIMIT = Treatment(
    id="query_budget@m", defence="DF23", title="Query budget", status="applied", params={"queries": 100, "accounts": 2}
)


def evidence(name, *, each=None, queries=None, after=False):
    subject = Subject(kind="target", id="m", treatments=(LIMIT.id,) if after else ())
    trial = Trial(
        name=f"{name}|{LIMIT.id}" if after else name, kind="attack", plugin="p", version=1, subject=subject,
        budget=Budget(queries_per_example=each, queries=queries),
    )  # fmt: skip
    return Evidence(id=trial.name, artifact="", trial=trial, outcome=Outcome.MEASURED)


def test_it_says_how_many_accounts_take_the_limit_away():
    found = [
        evidence("theft", queries=1000), evidence("theft", queries=200, after=True),
        evidence("evasion", each=300), evidence("evasion", each=200, after=True),
        evidence("gradients", each=300), evidence("gradients", each=300, after=True),
    ]  # fmt: skip
    words = said(LIMIT, found)
    assert words.startswith("2 trials of 3 had fewer queries")
    assert "10 accounts have together" in words
    assert "(1,000 before, 200 now)" in words


def test_nothing_is_said_where_no_trial_lost_any():
    assert said(LIMIT, [evidence("theft", queries=50), evidence("theft", queries=50, after=True)]) == ""
    assert said(LIMIT, []) == ""
