from __future__ import annotations

import pytest

from bartizan.cli.progress import Bar
from bartizan.core.evidence import Evidence
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome


def test_each_phase_counts_by_itself(capfd: pytest.CaptureFixture[str]) -> None:
    trial = Trial(name="a", kind="attack", plugin="p", version=1, subject=Subject(kind="target", id="m"))
    evidence = Evidence(id="e", artifact="a", trial=trial, outcome=Outcome.MEASURED)
    with Bar() as bar:
        bar.started(2)
        bar.finished(trial, evidence, False)
        bar.finished(trial, evidence, False)
        bar.started(5)
        bar.finished(trial, evidence, False)
    lines = capfd.readouterr().err.split("\n")
    assert [line.split("] ")[0] for line in lines if line] == ["attacks [1/2", "attacks [2/2", "re-tests [1/5"]
