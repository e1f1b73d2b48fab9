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


def test_the_json_has_the_stable_names(assessed: Path) -> None:
    made = json.loads((assessed.parent / ".bartizan" / "assessment.json").read_text())
    names = "schema_version tool system exposures threats vulnerabilities plan evidence findings treatments"
    assert set(names.split()) <= set(made)
    assert str(assessed.parent) not in json.dumps(made)


def test_one_process_makes_the_same_as_several_and_says_one_line_a_trial(
    assessed: Path, run: Any, tmp_path: Path
) -> None:
    said = run("assess", assessed, "--no-treat", "--store", tmp_path / "one", "--jobs", 1)
    assert said.code == 0
    assert but_clock(tmp_path / "one") == but_clock(assessed.parent / ".bartizan")
    lines = said.err.splitlines()
    counted = [re.match(r"attacks \[(\d+)/(\d+)\] \S+: \w+$", line) for line in lines]
    assert all(counted), lines
    assert [int(m[1]) for m in counted if m] == list(range(1, len(lines) + 1))
    assert {int(m[2]) for m in counted if m} == {len(lines)}


def test_what_was_measured_is_not_measured_again_and_not_spoken_of(assessed: Path, run: Any) -> None:
    assert run("assess", assessed, "--no-treat").err == ""


def but_clock(store: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((store / "assessment.json").read_text())
    del made["clock"]
    return made
