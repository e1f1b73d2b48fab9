from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(("id", "word"), [("E2", "query"), ("e2", "E2"), ("DF01", "DF01"), ("AML.T0015", "AML.T0015")])
def test_an_id_is_explained(run: Any, id: str, word: str) -> None:
    said = run("explain", id)
    assert said.code == 0
    assert word.lower() in said.out.lower()


def test_plugins_are_listed_with_the_threats_they_answer(run: Any) -> None:
    said = run("plugins", "attacks")
    assert said.code == 0
    assert "apgd" in said.out
    assert "E1" in said.out
    assert "brightness" not in said.out
    assert "brightness" in run("plugins").out


def test_an_unknown_kind_of_plugin(run: Any) -> None:
    said = run("plugins", "atacks")
    assert said.code == 2
    assert "did you mean 'attacks'" in said.err
