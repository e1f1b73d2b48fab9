from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def test_threats_are_shown_worst_first(tiny: Path, run: Any) -> None:
    said = run("threats", tiny)
    assert said.code == 0
    assert "E2@reader/api" in said.out
    ranks = [v["rank"] for v in json.loads(run("threats", tiny, "--json").out)["vulnerabilities"]]
    assert ranks == sorted(ranks)


def test_the_plan_names_trials_and_what_cannot_be_tested(tiny: Path, run: Any) -> None:
    made = json.loads(run("plan", tiny, "--json").out)
    names = [t["name"] for t in made["trials"]]
    assert any(name.startswith("square:E2@reader/api") for name in names)
    assert all(u["reason"] for u in made["untested"])
    said = run("plan", tiny)
    assert said.code == 0
    assert "Cannot be tested" in said.out


def test_more_effort_is_more_or_larger_work(tiny: Path, run: Any) -> None:
    quick, deep = (json.loads(run("plan", tiny, "--json", "--effort", e).out)["trials"] for e in ("quick", "deep"))
    assert quick != deep
    assert len(deep) >= len(quick)


@pytest.mark.parametrize("command", ["threats", "plan"])
def test_a_stage_is_a_part_of_the_whole(tiny: Path, run: Any, command: str) -> None:
    assert run(command, tiny, "--stage", "deployment", "--json").code == 0
    whole = json.loads(run("threats", tiny, "--json").out)["threats"]
    some = json.loads(run("threats", tiny, "--stage", "decommission", "--json").out)["threats"]
    assert len(some) < len(whole)
