"""The whole loop, in this process, on a model without an engine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bartizan.assess import Options, assess
from bartizan.campaign.work import Job, Result, execute
from bartizan.core.assessment import Assessment
from bartizan.core.errors import UsageError
from bartizan.core.vocabulary import Stage, Verdict
from bartizan.formats.description import read_system
from bartizan.store.store import Store


class Inline:
    """Runs each job when it is submitted; counts them."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self._done: list[tuple[str, Result]] = []

    def submit(self, name: str, job: Job, seconds: float) -> None:
        self.ran.append(name)
        self._done.append((name, execute(job)))

    def finished(self) -> Iterator[tuple[str, Result]]:
        done, self._done = self._done, []
        yield from reversed(done)


def assessed(path: Path, executor: Inline | None = None, **options: object) -> Assessment:
    given = Options(**{"today": date(2030, 1, 1), **options})  # type: ignore[arg-type]
    with Store(path.parent / "store") as store:
        return assess(read_system(path), store, executor or Inline(), options=given)


def without_clock(made: Assessment) -> str:
    return made.model_copy(update={"clock": {}}).to_json()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the store of the first assessment is kept for the others."""
    return tmp_path_factory.mktemp("shelf") / "store"


@pytest.fixture
def made(sum_system: Path, shelf: Path) -> Assessment:
    if shelf.exists():
        shutil.copytree(shelf, sum_system.parent / "store")
        return assessed(sum_system)
    first = assessed(sum_system)
    shutil.copytree(sum_system.parent / "store", shelf)
    return first


def test_every_stage_of_the_loop_left_something(made: Assessment) -> None:
    for stage in ("exposures", "threats", "vulnerabilities", "evidence", "findings", "treatments", "layers"):
        assert getattr(made, stage), stage
    assert made.plan.trials
    assert {v.id for v in made.vulnerabilities} == {f.id for f in made.findings}
    assert {t.name for t in made.plan.trials} <= {e.trial.name for e in made.evidence}


def test_each_trial_answers_findings_there_are_and_each_finding_names_evidence_there_is(made: Assessment) -> None:
    findings, evidence = {f.id for f in made.findings}, {e.id for e in made.evidence}
    assert all(set(t.answers) <= findings for t in made.plan.trials)
    assert all(set(f.evidence) <= evidence for f in made.findings)
    assert all(set(r.evidence) <= evidence for t in made.treatments for r in t.retests)


def test_all_that_is_open_is_residual_and_nothing_else(made: Assessment) -> None:
    still = [f.id for f in made.findings if f.verdict is not Verdict.RESISTED]
    assert [line.split(" ")[0] for line in made.residual] == still
    assert all(f.reason for f in made.findings)


def test_it_is_written_and_read_back_equal(made: Assessment) -> None:
    assert Assessment.from_json(made.to_json()) == made


def test_it_names_no_folder_and_no_machine(sum_system: Path, made: Assessment) -> None:
    assert str(sum_system.parent) not in made.to_json()
    assert made.positions["model"].startswith("system.yaml:")


def test_the_same_again_runs_nothing_and_says_the_same(sum_system: Path, made: Assessment) -> None:
    again = Inline()
    assert without_clock(assessed(sum_system, again)) == without_clock(made)
    tried_again = {e.trial.name for e in made.evidence if e.outcome in ("error", "skipped")}
    assert set(again.ran) <= tried_again


def test_without_treating_there_is_none_and_the_findings_are_the_same(sum_system: Path, made: Assessment) -> None:
    plain = assessed(sum_system, treat=False)
    assert plain.treatments == ()
    assert plain.findings == made.findings
    assert not any(e.trial.subject.treatments for e in plain.evidence)


def test_an_applied_treatment_repeats_what_was_tried(made: Assessment) -> None:
    applied = [t for t in made.treatments if t.status == "applied"]
    assert applied
    for treatment in applied:
        assert treatment.costs
        assert treatment.retests


def test_a_stage_narrows_the_view(sum_system: Path, made: Assessment) -> None:
    narrow = assessed(sum_system, stage=Stage.PLANNING, treat=False)
    assert len(narrow.vulnerabilities) < len(made.vulnerabilities)


def test_no_model_at_all_is_a_mistake(sum_system: Path) -> None:
    head, _, _ = sum_system.read_text().partition("  models:\n")
    sum_system.write_text(head)
    with pytest.raises(UsageError, match="there is no model to assess"):
        assessed(sum_system, Inline())


def test_a_system_whose_model_cannot_be_loaded_is_assessed_and_all_is_untested(sum_system: Path) -> None:
    head, _, rest = sum_system.read_text().partition("  models:\n")
    sum_system.write_text(f"{head}  models:\n    - {{id: model}}\ninterfaces:{rest.partition('interfaces:')[2]}")
    ran = Inline()
    made = assessed(sum_system, ran)
    assert all(f.verdict is Verdict.UNTESTED and f.reason for f in made.findings)
    assert not [name for name in ran.ran if not name.startswith("control:")]
    assert not [t for t in made.treatments if t.status == "applied"]
