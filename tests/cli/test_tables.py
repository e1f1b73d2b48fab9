from __future__ import annotations

import pytest

from bartizan.cli.tables import print_plan, print_treatments
from bartizan.core.plan import Cell, Method, Plan
from bartizan.core.treatment import Treatment


def test_where_nothing_was_applied_it_is_said_why(capfd: pytest.CaptureFixture[str]) -> None:
    ours = Treatment(
        id="adversarial_training@m", defence="DF01", title="Adversarial training", status="does_not_fit",
        reason="It needs gradients.",
    )  # fmt: skip
    other = Treatment(id="DF23@m", defence="DF23", title="Query budget", status="recommended")
    print_treatments([ours, other])
    said = capfd.readouterr().out
    assert "No treatment was applied" in said
    assert "Adversarial training: It needs gradients." in said
    assert "1 others" in said
    print_treatments([])
    assert capfd.readouterr().out.strip() == "No treatment was tried."


def test_the_plan_says_why_a_method_does_not_fit(capfd: pytest.CaptureFixture[str]) -> None:
    method = Method(text="Adversarial training", state="does_not_fit", note="It needs gradients.")
    print_plan(Plan(effort="quick", table=(Cell(stage="training", threat_class="evasion", methods=(method,)),)))
    said = " ".join(capfd.readouterr().out.split())
    assert "does not fit Adversarial training It needs gradients." in said
