from __future__ import annotations

from typing import Any

import pytest

from bartizan.core.system import System
from bartizan.hardening.conflicts import conflicts
from bartizan.knowledge.load import load


def warned(defence: str, techniques=(), chosen=(), **more: Any) -> dict[str, str]:
    model = {"id": "m", **more.pop("model", {})}
    body = {"name": "s", "purpose": "p", "stage": "testing", "assets": {"models": [model]}, **more}
    found = conflicts(defence, load(), System.model_validate(body), "m", techniques, chosen)
    assert all(c.text for c in found)
    return {c.rule: c.with_ for c in found}


def test_with_a_vulnerability() -> None:
    assert "C01" not in warned("DF01")
    assert warned("DF01", techniques=("B1",))["C01"].startswith("resistance to backdoors: ")
    assert warned("DF01", techniques=("B1",))["C01"].endswith("(B1)")


def test_with_another_choice() -> None:
    assert warned("DF42", chosen=("DF01",))["C04"].endswith("(DF01)")


def test_with_what_is_in_place() -> None:
    diverse = {"model": {"capacity": "small_regularised"}}
    assert warned("DF01", **diverse)["C06"].endswith("(DF38)")


@pytest.mark.parametrize(("fallback", "warns"), [("human_queue", True), ("none", False), ("unknown", False)])
def test_with_the_use_case(fallback, warns) -> None:
    assert ("C08" in warned("DF24", use={"fallback": fallback})) is warns


def test_what_the_base_cannot_look_up_is_left_to_the_reader() -> None:
    assert warned("DF23")["C14"] == "availability and real-time safety"
