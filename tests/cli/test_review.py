from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ALL_PASS = "{threat_class: evasion, estimand: robust_accuracy, norm: linf, eps: 0.1, at_least: 0.0}"
ONE_FAILS = "{forbid: [exploited, untested, inconclusive]}"
UNDECIDED = "{threat_class: availability, estimand: sponge_factor, at_most: 0.5}"
GIVEN = "{threat_class: evasion, estimand: robust_accuracy, norm: linf, eps: 0.1, at_least: 0.5}"


@pytest.mark.parametrize(("gate", "code"), [(ALL_PASS, 0), (ONE_FAILS, 1), (UNDECIDED, 3)])
def test_the_exit_code_is_the_outcome(assessed: Path, run: Any, gate: str, code: int) -> None:
    assessed.write_text(assessed.read_text().replace(GIVEN, gate))
    made = run("assess", assessed, "--no-treat")
    assert made.code == 0, made
    assert "trial" not in made.err  # nothing is measured again for another gate
    said = run("gate", assessed)
    assert said.code == code, said
    assert {0: "passed", 1: "failed", 3: "inconclusive"}[code] in said.out


def test_a_failed_gate_outweighs_an_undecided_one(assessed: Path, run: Any) -> None:
    assessed.write_text(assessed.read_text().replace(GIVEN, f"{UNDECIDED}\n  - {ONE_FAILS}\n  - {ALL_PASS}"))
    assert run("assess", assessed, "--no-treat").code == 0
    assert run("gate", assessed).code == 1


def test_no_gates(assessed: Path, run: Any) -> None:
    assessed.write_text(assessed.read_text().partition("gates:")[0])
    assert run("assess", assessed, "--no-treat").code == 0
    said = run("gate", assessed)
    assert said.code == 2
    assert "no gates" in said.err


def test_the_report_is_written_again_from_the_store_alone(assessed: Path, run: Any) -> None:
    page = assessed.parent / ".bartizan" / "report.html"
    html = page.read_bytes()
    page.unlink()
    said = run("report", assessed)
    assert said.code == 0
    assert str(page) in said.out
    assert page.read_bytes() == html


def test_the_evidence_is_listed_and_filtered(assessed: Path, run: Any) -> None:
    whole = run("evidence", assessed).out.splitlines()
    measured = run("evidence", assessed, "--outcome", "measured").out.splitlines()
    assert whole
    assert set(measured) <= set(whole)
    assert all(" measured " in line for line in measured)
    assert run("evidence", assessed, "--outcome", "budget_spent").out == ""
