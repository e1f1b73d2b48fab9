from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

NAMES = ("assessment.json", "assessment.md", "assessment.sarif", "report.html")


def test_it_says_what_it_found_and_where_it_wrote_it(assessed: Path, run: Any) -> None:
    said = run("assess", assessed, "--no-treat")
    assert said.code == 0
    assert "E1@reader" in said.out
    shown = said.out.strip().splitlines()[-len(NAMES) :]
    assert sorted(Path(line).name for line in shown) == sorted(NAMES)
    assert all(Path(line).is_file() for line in shown)


def test_progress_is_one_line_a_trial_and_silent_about_what_was_there(assessed: Path, run: Any, tmp_path: Path) -> None:
    first = run("assess", assessed, "--no-treat", "--store", tmp_path / "fresh", "--jobs", 1).err.splitlines()
    counted = [re.match(r"\[(\d+)/(\d+)\] \S+: \w+$", line) for line in first]
    assert all(counted), first
    assert [int(m[1]) for m in counted if m] == list(range(1, len(first) + 1))
    assert {int(m[2]) for m in counted if m} == {len(first)}
    assert run("assess", assessed, "--no-treat").err == ""


def test_the_json_has_the_stable_names(assessed: Path) -> None:
    made = json.loads((assessed.parent / ".bartizan" / "assessment.json").read_text())
    names = "schema_version tool system exposures threats vulnerabilities plan evidence findings treatments"
    assert set(names.split()) <= set(made)
    assert str(assessed.parent) not in json.dumps(made)


def test_one_process_or_two_make_the_same(assessed: Path, run: Any, tmp_path: Path) -> None:
    def but_clock(path: Path) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(path.read_text())
        del made["clock"]
        return made

    assert run("assess", assessed, "--no-treat", "--store", tmp_path / "two", "--jobs", 2).code == 0
    one = run("assess", assessed, "--no-treat", "--store", tmp_path / "one", "--jobs", 1)
    assert one.code == 0
    assert but_clock(tmp_path / "one" / "assessment.json") == but_clock(tmp_path / "two" / "assessment.json")
