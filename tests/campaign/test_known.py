from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.campaign.known import require_known
from bartizan.core.errors import DescriptionError
from bartizan.formats.description import read_system
from bartizan.knowledge.load import load

NAMED = """
  - {forbid: [exploited], finding: E1@reader}
  - {forbid: [exploited], finding: E97@reader}
accepted:
  - {finding: E2@reader/api, by: Ada, why: test, until: 2999-01-01}
  - {finding: E98@reader, by: Ada, why: test, until: 2999-01-01}
overrides:
  DC13: {level: low, why: test}
  DC99: {level: low, why: test}
"""


def test_what_there_is_passes(tiny: Path) -> None:
    require_known(read_system(tiny), load())


def test_everything_there_is_not_is_said_at_its_place(tiny: Path) -> None:
    tiny.write_text(tiny.read_text().rstrip("\n") + NAMED)
    with pytest.raises(DescriptionError) as caught:
        require_known(read_system(tiny), load())
    assert len(caught.value.problems) == 3
    assert all(problem.startswith(f"{tiny}:") for problem in caught.value.problems)
    said = str(caught.value)
    assert all(word in said for word in ("DC99", "E97", "E98"))
    assert "no technique 'E2'" not in said


GATE = "  - {threat_class: evasion, estimand: robust_accuracy, norm: linf, eps: 0.1, at_least: 0.5}\n"

MISTAKES = {
    "an estimand misspelt": (
        "estimand: robust_accuracy", "estimand: robust_acuracy",
        "24:29: nothing measures 'robust_acuracy' for evasion; did you mean 'robust_accuracy'?",
    ),
    "an estimand of another class": (
        "estimand: robust_accuracy, norm: linf, eps: 0.1, at_least", "estimand: tpr, at_most",
        "24:29: nothing measures 'tpr' for evasion; it belongs to data_extraction",
    ),
    "the wrong end of a good rate": (
        "at_least: 0.5", "at_most: 0.5", "24:78: 'robust_accuracy' is good when it is high; write at_least"
    ),
    "the wrong end of a bad one": (
        "robust_accuracy", "robust_error", "24:75: 'robust_error' is good when it is low; write at_most"
    ),
    "a hazard there is not": (
        "gates:", "odd: {haze: {kind: blurr, range: [0, 1]}}\ngates:",
        "23:14: no hazard is called 'blurr'; did you mean 'blur'?",
    ),
    "a technique there is not": (
        GATE, GATE + "  - {forbid: [exploited], finding: E99@reader}\n",
        "25:27: there is no technique 'E99'; did you mean 'E1', 'E2', 'E3' or 'E4'?",
    ),
    "an option there is not": (
        GATE, GATE + "overrides: {DC13: {options: {score: low}, why: test}}\n",
        "25:30: DC13 has no option 'score'; did you mean 'scores'?",
    ),
    "a field there is not": (
        GATE, GATE + "overrides: {E2: {values: {maturiti: high}, why: test}}\n",
        "25:27: E2 has no field 'maturiti' to judge otherwise; did you mean 'maturity'?",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sentence"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_said_at_its_place_with_what_was_meant(tiny: Path, old: str, new: str, sentence: str) -> None:
    assert old in tiny.read_text()
    tiny.write_text(tiny.read_text().replace(old, new, 1))
    with pytest.raises(DescriptionError) as caught:
        require_known(read_system(tiny), load())
    assert caught.value.problems == [f"{tiny}:{sentence}"]


@pytest.mark.parametrize("estimand", ["robust_error", "auc", "tpr", "failure_probability", "goal_reached", "fidelity"])
def test_what_referees_measure_may_be_gated(tiny: Path, estimand: str) -> None:
    classes = {"auc": "data_extraction", "tpr": "data_extraction", "failure_probability": "hazard"}
    classes |= {"goal_reached": "poisoning", "fidelity": "model_extraction"}
    gate = f"  - {{threat_class: {classes.get(estimand, 'evasion')}, estimand: {estimand}, at_most: 0.5}}\n"
    tiny.write_text(tiny.read_text().replace(GATE, gate))
    require_known(read_system(tiny), load())


def test_a_positive_class_that_no_model_has(tiny: Path) -> None:
    metric = "use: {metric: {kind: precision_recall, positive: [3, 12]}}\n"
    tiny.write_text(tiny.read_text().replace("gates:", metric + "gates:"))
    with pytest.raises(DescriptionError, match="no model has the class '12'; its classes are 0 to 9"):
        read_system(tiny)
