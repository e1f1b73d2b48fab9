"""Which exit code a burst of signals ends in."""

from __future__ import annotations

import signal

import pytest

from bartizan.cli import commands, main, signals

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP


@pytest.mark.parametrize(
    ("heard", "code"),
    [
        ([], 130),
        ([(INT, 0.0)], 130),
        ([(TERM, 0.0), (INT, 0.1)], 143),
        ([(HUP, 0.0), (TERM, 0.1)], 129),
        ([(TERM, 0.0), (HUP, 0.1)], 129),
        ([(TERM, 0.0), (HUP, 5.0)], 143),
    ],
)
def test_a_closed_terminal_explains_what_comes_with_it(
    heard: list[tuple[int, float]], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "_heard", heard)
    assert signals.exit_code() == code


@pytest.mark.parametrize(("heard", "code"), [([(TERM, 0.0)], 143), ([], main.FAULT)])
def test_whatever_a_library_makes_of_an_interruption_is_one(
    heard: list[tuple[int, float]], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(arguments: list[str]) -> int:
        raise RuntimeError("made of an interruption, or not")

    monkeypatch.setattr(commands, "call", call)
    monkeypatch.setattr(signals, "_heard", heard)
    assert main.main([]) == code
    assert ("interrupted" in capsys.readouterr().err) is bool(heard)
