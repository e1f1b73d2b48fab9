"""A store that cannot be used, or was damaged, is said in one sentence; what is in it stays."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from bartizan.store.store import Store


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the tiny system was assessed once."""
    return tmp_path_factory.mktemp("assessed")


@pytest.fixture
def done(assessed: Path, tiny: Path, run: Any) -> Path:
    """The tiny system, assessed."""
    kept = assessed / "store"
    if not kept.exists():
        said = run("assess", tiny, "--no-treat")
        assert said.code == 0, said
        shutil.copytree(tiny.parent / ".bartizan", kept)
    else:
        shutil.copytree(kept, tiny.parent / ".bartizan")
    return tiny


def without_clock(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    del found["clock"]
    return found


def test_two_runs_at_once(tiny: Path, kept: Any, run: Any) -> None:
    with Store(tiny.parent / ".bartizan"):
        run("assess", tiny).sentence("another run is using", "--store")
    kept()


def test_a_file_where_the_store_should_be(tiny: Path, run: Any, tmp_path: Path) -> None:
    (tmp_path / "s").write_text("mine")
    run("assess", tiny, "--store", tmp_path / "s").sentence("cannot be written")
    assert (tmp_path / "s").read_text() == "mine"


def test_a_read_only_store(tiny: Path, kept: Any, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    run("assess", tiny).sentence("read-only", "--store")
    kept()


def test_a_full_disk(done: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    root = done.parent / ".bartizan"
    ids = sorted(p.name for p in (root / "evidence").iterdir())
    shutil.rmtree(root / "evidence" / ids.pop())
    before = without_clock(root / "assessment.json")
    write = Path.write_bytes

    def full(self: Path, content: bytes) -> int:
        if "evidence" in self.parts or "artifacts" in self.parts:
            raise OSError(28, "No space left on device")
        return write(self, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    run("assess", done, "--no-treat").sentence("is full", "run the same command again")
    monkeypatch.undo()
    assert sorted(p.name for p in (root / "evidence").iterdir()) == ids
    assert run("assess", done, "--no-treat").code == 0
    assert without_clock(root / "assessment.json") == before


def test_damaged_evidence_is_reported_measured_again_and_kept_for_whoever_wants_to_look(done: Path, run: Any) -> None:
    root = done.parent / ".bartizan"
    before = without_clock(root / "assessment.json")
    victim = sorted((root / "evidence").iterdir())[0]
    record = victim / "record.json"
    record.write_text(record.read_text().replace('"measured"', '"skipped"'))
    said = run("assess", done, "--no-treat")
    assert said.code == 0
    assert victim.name in said.err
    assert "measured again" in said.err
    assert without_clock(root / "assessment.json") == before
    assert len(list((root / "damaged").iterdir())) == 1
    assert victim.name in json.loads((root / "assessment.json").read_text())["clock"]["damaged"][0]


def test_evidence_whose_record_is_gone_is_reported_and_measured_again(done: Path, run: Any) -> None:
    root = done.parent / ".bartizan"
    before = without_clock(root / "assessment.json")
    victim = sorted((root / "evidence").iterdir())[0]
    (victim / "record.json").unlink()
    said = run("assess", done, "--no-treat")
    assert said.code == 0
    assert f"measured again: {victim.name}: the record is missing" in said.err
    assert without_clock(root / "assessment.json") == before
    assert [p.name for p in (root / "damaged").iterdir()] == [f"evidence-{victim.name}-1"]


def test_a_disk_that_fills_while_the_report_is_written_leaves_no_half_file(
    done: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, text: str, **_: object) -> int:
        self.write_bytes(text.encode()[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    run("report", done).sentence("is full", "run the same command again")
    assert not list((done.parent / ".bartizan").glob(".*.new"))


@pytest.mark.parametrize("command", ["gate", "report"])
def test_no_assessment_yet(tiny: Path, run: Any, command: str) -> None:
    run(command, tiny).sentence("no assessment", "bartizan assess")


def test_no_evidence_yet(tiny: Path, run: Any) -> None:
    run("evidence", tiny).sentence("no evidence")


@pytest.mark.parametrize("text", ["", "{}", "[1]", "\x00"])
@pytest.mark.parametrize("command", ["gate", "report"])
def test_an_assessment_that_is_none(tiny: Path, run: Any, command: str, text: str) -> None:
    root = tiny.parent / ".bartizan"
    root.mkdir()
    (root / "assessment.json").write_text(text)
    run(command, tiny).sentence("not an assessment")


@pytest.mark.parametrize("command", ["gate", "report"])
def test_an_assessment_of_another_build_is_made_again_from_what_is_there(done: Path, run: Any, command: str) -> None:
    path = done.parent / ".bartizan" / "assessment.json"
    made = json.loads(path.read_text())
    made["findings"][0]["a_field_of_old"] = None
    path.write_text(json.dumps(made))
    run(command, done).sentence("not an assessment of this version", "bartizan assess", "measures nothing twice")


def test_a_gate_on_a_description_that_changed_since(done: Path, run: Any) -> None:
    done.write_text(done.read_text() + "# changed\n")
    run("gate", done).sentence("changed since")


def test_evidence_of_an_outcome_that_is_none(done: Path, run: Any) -> None:
    run("evidence", done, "--outcome", "eror").sentence("eror", "did you mean 'error'")


def test_a_report_that_cannot_be_written(done: Path, run: Any) -> None:
    root = done.parent / ".bartizan"
    (root / "report.html").unlink()
    (root / "report.html").mkdir()
    run("report", done).sentence("cannot be written")


def test_what_is_there_lists_gates_and_reports_again(done: Path, run: Any) -> None:
    lines = run("evidence", done).out.splitlines()
    assert len(lines) == len(os.listdir(done.parent / ".bartizan" / "evidence"))
    html = (done.parent / ".bartizan" / "report.html").read_bytes()
    assert run("report", done).code == 0
    assert (done.parent / ".bartizan" / "report.html").read_bytes() == html
    said = run("gate", done)
    assert said.code in (0, 1, 3)
    assert "1. " in said.out
