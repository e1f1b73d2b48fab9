"""What is wrong in the description is said with its file, line and column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

AT = r"system\.yaml:\d+:\d+"
PLAIN = "path: train.npz}"


def priced(what: str) -> str:
    """The data set with what it takes to contribute to it."""
    return f"{PLAIN}, contributing: {{{what}}}"


CASES = {
    "a misspelt key": ("input_shape:", "input_shap:", [r"yaml:1\d:\d+", "input_shap", "did you mean 'input_shape'"]),
    "a wrong type": ("classes: 10", "classes: ten", [AT, "classes"]),
    "a number as a name": ("name: Tiny reader", "name: [1]", [r"system\.yaml:1:\d+", "name"]),
    "a dangling asset": ("serves: reader", "serves: raeder", [AT, "raeder", "did you mean 'reader'"]),
    "a dangling data set": ("test_data: test", "test_data: tset", [AT, "tset", "'test'"]),
    "a missing file": ("net.safetensors", "nut.safetensors", [AT, "nut.safetensors"]),
    "a missing data file": ("path: test.npz", "path: tset.npz", [AT, "tset.npz"]),
    "an unknown kind": ("kind: torch", "kind: toorch", [AT, "toorch", "did you mean 'torch'"]),
    "an unknown option": ("audience: public", "audience: publik", [AT, "publik", "'public'"]),
    "a gate on no estimand": ("estimand: robust_accuracy", "estimand: []", [AT, "estimand"]),
    "a gate in per cent": ("at_least: 0.5", "at_least: 50", [AT, "at_least", "not 50", "write 0.5 for 50 %"]),
    "a gate below zero": ("at_least: 0.5", "at_least: -1", [AT, "at_least", "between 0 and 1"]),
    "a version to come": ("name: T", "schema_version: 2\nname: T", [AT, "schema_version' is 2", "reads 1", "install"]),
    "a stage for a list": ("returns: scores", "returns: scores, open_in: testing", [AT, r"write \[testing\]"]),
    "a day there is not": (
        "gates:", "authorisation: {by: Ada, until: 2099-13-01, spend_cap_eur: 1}\ngates:",
        [AT, "'until'", "YYYY-MM-DD", "2099-13-01"],
    ),
    "a price below zero": ("returns: scores", "returns: scores, query_eur: -1", [AT, "query_eur"]),
    "a price in words": ("returns: scores", "returns: scores, query_eur: cheap", [AT, "query_eur"]),
    "a record for less than nothing": (PLAIN, priced("record_eur: -0.1"), [AT, "record_eur' must be at least 0"]),
    "a label at a price in words": (PLAIN, priced("label_eur: cheap"), [AT, "label_eur' must be a number"]),
    "a price without end": (PLAIN, priced("label_eur: .inf"), [AT, "label_eur' must be a finite number"]),
    "another currency": (PLAIN, priced("record_usd: 1"), [AT, "record_usd", "did you mean 'record_eur'"]),
    "an account that holds nothing": (PLAIN, priced("account_records: 0"), [AT, "account_records' must be at least 1"]),
    "an account that holds half": (PLAIN, priced("account_records: 1.5"), [AT, "must be a whole number"]),
    "accounts without a size": (PLAIN, priced("account_eur: 2"), [AT, "account_eur' prices nothing until"]),
    "a price and no block": (PLAIN, PLAIN + ", contributing: 0.1", [AT, "contributing' must be a mapping"]),
    "a block that says nothing": (PLAIN, priced(""), [AT, "contributing", "record_eur, label_eur or account_records"]),
    "ε below zero": ("eps: 0.1", "eps: -0.1", [AT, "eps"]),
    "bounds the wrong way round": ("bounds: [0, 1]", "bounds: [1, 0]", [AT, "bounds"]),
    "no YAML": ("stage: deployment", "stage: [deployment", [AT]),
    "a key twice": ("stage: deployment", "stage: deployment\nstage: testing", [r"system\.yaml:4:\d+", "stage"]),
}  # fmt: skip


@pytest.mark.parametrize("command", ["validate", "threats", "plan", "doctor", "assess"])
@pytest.mark.parametrize(("old", "new", "words"), CASES.values(), ids=CASES.keys())
def test_it_is_said_where_and_how_to_mend_it(
    tiny: Path, kept: Any, run: Any, command: str, old: str, new: str, words: list[str]
) -> None:
    text = tiny.read_text()
    assert old in text
    tiny.write_text(text.replace(old, new, 1))
    run(command, tiny).sentence(*words)
    kept()


def test_several_mistakes_are_said_at_once_one_a_line(tiny: Path, run: Any) -> None:
    tiny.write_text(tiny.read_text().replace("stage:", "stag:").replace("audience: public", "audience: publik"))
    said = run("validate", tiny)
    assert said.code == 2
    lines = said.err.strip().splitlines()
    assert len(lines) >= 2
    assert all("system.yaml:" in line for line in lines)


TECHNIQUE = {
    "an override": "overrides:\n  E99: {level: low, why: test}\n",
    "an accepted risk": "accepted:\n  - {finding: E99@reader, by: Ada, why: test, until: 2999-01-01}\n",
    "a gate": "  - {forbid: [exploited], finding: E99@reader/api}\n",
}


@pytest.mark.parametrize("command", ["validate", "threats", "plan", "assess"])
@pytest.mark.parametrize("more", TECHNIQUE.values(), ids=TECHNIQUE.keys())
def test_an_unknown_technique(tiny: Path, kept: Any, run: Any, more: str, command: str) -> None:
    tiny.write_text(tiny.read_text() + more)
    run(command, tiny).sentence(r"system\.yaml:2\d:\d+", "E99")
    kept()


def test_explaining_what_there_is_not(run: Any) -> None:
    run("explain", "E99").sentence("E99")


@pytest.mark.parametrize("command", ["validate", "threats", "assess", "gate", "report", "evidence", "doctor"])
def test_no_description(run: Any, command: str) -> None:
    run(command, "nowhere.yaml").sentence("nowhere.yaml")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00", "system.yaml"),
        ("a: 1".encode("utf-16"), "UTF-16 text; save it as UTF-8"),
        (b"- 1\n", "mapping"),
        (b"a: &a [*a]", "system.yaml"),
    ],
)
def test_a_description_that_is_none(tiny: Path, run: Any, content: bytes, words: str) -> None:
    tiny.write_bytes(content)
    said = run("validate", tiny)
    assert said.code == 2
    assert words in said.err
    assert "Traceback" not in said.err


def test_a_folder_for_a_description(tiny: Path, run: Any) -> None:
    run("assess", tiny.parent).sentence("folder|directory")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--effort", "quik"], "did you mean 'quick'"),
        (["--stage", "deploymnt"], "did you mean 'deployment'"),
    ],
)
def test_options_that_are_none(tiny: Path, run: Any, arguments: list[str], words: str) -> None:
    run("assess", tiny, *arguments).sentence(words)


@pytest.mark.parametrize("arguments", [["assess"], ["asess"], ["assess", "x.yaml", "--jbos", "2"], ["--jobs"]])
def test_usage_errors_end_in_two(run: Any, arguments: list[str]) -> None:
    said = run(*arguments)
    assert said.code == 2
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("arguments", "words"), [(["nope.bin"], "no file nope.bin.*command line"), ([".."], "a folder")]
)
def test_beginning_with_what_is_no_model_file(run: Any, arguments: list[str], words: str) -> None:
    assert "in the description" not in run("init", *arguments).sentence(words)


def test_no_model_to_assess(tiny: Path, kept: Any, run: Any) -> None:
    tiny.write_text("name: Nothing\npurpose: To be filled in\nstage: planning\nassets:\n  data: []\n")
    run("assess", tiny).sentence(r"system\.yaml:4:1: there is no model to assess; add one under assets\.models")
    kept()
