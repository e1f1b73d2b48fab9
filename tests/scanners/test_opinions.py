"""Other scanners are asked where they are installed; what they approve counts for nothing."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from bartizan.formats.model_scan import inspect_file
from bartizan.formats.verdict import Verdict
from bartizan.scanners import opinions
from bartizan.scanners.folder import scan


class Payload:
    def __reduce__(self) -> Any:
        return os.system, ("true",)


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    (tmp_path / "evil.pkl").write_bytes(pickle.dumps(Payload()))
    return tmp_path / "evil.pkl"


@pytest.fixture
def honest(tmp_path: Path) -> Path:
    (tmp_path / "honest.pkl").write_bytes(pickle.dumps({"a": [1, 2.5, "three"]}))
    return tmp_path / "honest.pkl"


@pytest.mark.parametrize("name", ["hayward", "modelaudit_picklescan"])
def test_each_speaks_against_a_payload_and_not_against_data(name: str, evil: Path, honest: Path) -> None:
    pytest.importorskip(name)
    assert opinions._ASK[name](inspect_file(evil))
    assert not opinions._ASK[name](inspect_file(honest))


def test_one_that_flags_sends_an_approved_file_to_review(honest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opinions, "installed", lambda: ["hayward"])
    monkeypatch.setattr(opinions, "_ASK", {"hayward": lambda report: "flags it: odd"})
    (reason,) = opinions.other_opinions(inspect_file(honest))
    assert (reason.rule, reason.verdict) == ("second-opinion", Verdict.REVIEW)
    assert reason.text == "hayward flags it: odd"


def test_one_that_stops_at_a_file_is_no_approval(honest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stops(report: object) -> str:
        raise RuntimeError("of its own")

    monkeypatch.setattr(opinions, "installed", lambda: ["hayward"])
    monkeypatch.setattr(opinions, "_ASK", {"hayward": stops})
    (reason,) = opinions.other_opinions(inspect_file(honest))
    assert "stopped at it (RuntimeError)" in reason.text


def test_an_approval_of_theirs_does_not_outweigh_ours(evil: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opinions, "installed", lambda: ["hayward"])
    monkeypatch.setattr(opinions, "_ASK", {"hayward": lambda report: ""})
    assert inspect_file(evil).verdict is Verdict.MALICIOUS
    assert not list(opinions.other_opinions(inspect_file(evil)))


def test_those_installed_are_asked_in_the_cage(evil: Path) -> None:
    if not opinions.installed():
        pytest.skip("neither hayward nor modelaudit-picklescan is installed")
    (report,) = scan([evil], others=True)
    assert {r.rule for r in report.reasons} == {"runs-code", "second-opinion"}
