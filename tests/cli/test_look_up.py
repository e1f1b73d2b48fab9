from __future__ import annotations

from typing import Any

import pytest

from bartizan.core import plugins
from bartizan.knowledge.explain import explain


@pytest.mark.parametrize(("id", "word"), [("E2", "query"), ("e2", "E2"), ("DF01", "DF01"), ("AML.T0015", "AML.T0015")])
def test_an_id_is_explained(run: Any, id: str, word: str) -> None:
    said = run("explain", id)
    assert said.code == 0
    assert word.lower() in said.out.lower()


@pytest.mark.parametrize(
    ("id", "word"),
    [
        ("robust_error", "Robust accuracy"),
        ("tpr", "True positives"),
        ("failure_probability", "Probability of failure"),
        ("attack_success", "Attack success rate"),
        ("rmia", "RMIA"),
        ("square", "Square Attack"),
        ("open_interface", "Open, telling and unlimited interface"),
        ("output_rounding", "DF24"),
    ],
)
def test_the_words_of_the_tool_itself_are_explained(run: Any, id: str, word: str) -> None:
    said = run("explain", id)
    assert (said.code, word in said.out) == (0, True)


def test_what_an_attack_is_judged_by_is_explained() -> None:
    for kind in ("attacks", "hazards", "scanners", "certifiers"):
        for cls in plugins.plugins(kind).values():
            assert explain(cls.spec.harm)


def test_without_an_id_the_kinds_of_ids_are_listed(run: Any) -> None:
    said = run("explain")
    assert said.code == 0
    for word in ("threats", "DF01", "robust_error", "apgd", "open_interface"):
        assert word in said.out
    lost = run("explain", "zzzzzzzz")
    assert (lost.code, "`bartizan explain` alone" in lost.err) == (2, True)


def test_a_misspelt_plugin_gets_a_hint(run: Any) -> None:
    assert "Did you mean apgd" in run("explain", "apgdd").err


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
