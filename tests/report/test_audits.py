from bartizan.core.artifact import Measurement
from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.plan import Plan
from bartizan.core.trial import Subject, Trial
from bartizan.report.audits import BROKEN, broken, table
from bartizan.report.sections.leaks import Leaks


def audited(shown, promised=1.0, ceiling=4.0):
    values = {
        "promise_broken": float(shown > promised), "epsilon_shown": shown, "epsilon_gaussian": shown + 0.5,
        "epsilon_promised": promised, "epsilon_ceiling": ceiling,
    }  # fmt: skip
    rows = tuple(
        Measurement(estimand=n, unit="canary", n=300, method="one training", value=v, low=v, high=v, at={"delta": 1e-5})
        for n, v in values.items()
    )
    subject = Subject(kind="target", id="m", treatments=("dp_sgd@m",))
    trial = Trial(name="dp_audit", kind="attack", plugin="dp_audit", version=1, subject=subject)
    one = Evidence(id="e", artifact="a", trial=trial, outcome="measured", measurements=rows)
    return Assessment(tool={}, system={"name": "S"}, plan=Plan(effort="standard"), evidence=(one,))


def test_a_broken_promise_is_loud():
    found = audited(2.0)
    assert broken(found)
    assert table(found).rows[0][-1] == BROKEN
    assert Leaks().context(found, ArrayReader())["broken"]


def test_a_kept_one_is_never_proved():
    assert not broken(audited(0.5))
    assert table(audited(0.5)).rows[0][-1] == "not contradicted"
    assert "left no trace" in table(audited(0.0)).rows[0][-1]
    assert "so few canaries" in table(audited(0.5, promised=8.0)).rows[0][-1]


def test_nothing_audited_nothing_shown(empty):
    assert table(empty).rows == ()
