"""Peers of the development phase: stopped in time, left out where they are not there, counted as ours are."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from training_time import art, data_art, data_art_table, data_pass, files, files_peers, files_table


def endless(seconds: float) -> None:
    while time.process_time() < seconds:
        with suppress(Exception):
            sum(range(1000))


def test_a_tool_that_takes_too_long_is_stopped_even_where_it_swallows_exceptions() -> None:
    began = time.process_time()
    with pytest.raises(files_peers.TimedOut), files_peers.at_most(0.2):
        endless(began + 20)
    assert time.process_time() - began < 10


def test_a_tool_that_is_quick_is_not_stopped_afterwards() -> None:
    with files_peers.at_most(0.1):
        pass
    endless(time.process_time() + 0.3)


@pytest.mark.parametrize("body", ["while True: pass", "import time; time.sleep(60)"])
def test_a_process_that_does_not_answer_is_given_up(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "WAITS", 6)
    with subprocess.Popen([sys.executable, "-c", body], stdout=subprocess.PIPE) as process:
        try:
            assert not files._answered(process, 0.5)
        finally:
            process.kill()


def test_a_tool_without_rows_of_a_group_is_no_error_and_what_timed_out_has_a_column() -> None:
    numbers = {"n": 4, "median_seconds": 0.1, "most_seconds": 30.0}
    both = [
        {"job": "files", "tool": "ours", "group": g, "malicious": 4, "families": {"f (pickle)": {"malicious": 4}}}
        for g in ("tuning", "held out")
    ]
    slow = {"job": "files", "tool": "slow", "group": "held out", "timed out": 3, "review": 1}
    rows = [r | numbers for r in (*both, slow | {"families": {"f (pickle)": {"timed out": 3, "review": 1}}})]
    page = "\n".join(files_table.lines(rows))
    assert "| slow | 4 | 0 | 1 | 1 (25.0%) | 0 | 0 | 3 | 0.1000 | 30.0 |" in page
    assert "| f (pickle) |  | 4/4 | – |" in page
    assert "| f (pickle) | held out | 4/4 | 1/4 |" in page


def test_detection_at_other_shares_of_false_alarms() -> None:
    scores = np.arange(100.0)
    altered = np.isin(scores, [50, 90, 99])
    assert data_pass.detected(scores, altered) == pytest.approx(1 / 3)
    assert data_pass.detected(scores, altered, 0.2) == pytest.approx(2 / 3)
    assert data_pass.detected(scores, altered, 1.0) == 1


def test_a_cluster_counts_by_size_where_it_is_a_small_part_of_its_class() -> None:
    y = np.repeat([0, 1, 2], 10)
    flags = np.array([True] * 3 + [False] * 7 + [True] * 4 + [False] * 6 + [False] * 10)
    few = flags & data_art._few_of_class(flags, y)
    assert few.sum() == 3
    assert few[:3].all()


def test_without_art_one_sentence_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(art, "find_spec", lambda name: None)
    art.installed.cache_clear()
    assert not art.installed()
    assert not art.installed()
    assert capsys.readouterr().out.count("ART is not installed") == 1
    art.installed.cache_clear()


def planted(kind: str, ours: float, theirs: float) -> dict[str, Any]:
    told = {"found": theirs, "alarms": 0.5, "ours": {"spectral": ours, "cluster": ours}}
    names = [f"{name}{layer}" for layer in data_art_table.LAYERS for name in data_art_table.LIKE]
    scores = {f"ART spectral{layer}": theirs for layer in data_art_table.LAYERS}
    row = {"job": "data", "kind": kind, "share": 0.05, "seed": 0, "ours spectral": ours, **scores}
    return {**row, "verdicts": dict.fromkeys(names, told)}


def test_who_is_ahead_is_counted_by_setting_and_not_by_seed() -> None:
    rows = [planted("patch", 1.0, 0.0), planted("patch", 1.0, 0.9), planted("blended", 0.2, 0.4)]
    page = "\n".join(data_art_table.lines(rows))
    assert "| patch | 5.0% | 2 | 1.00 (1.00–1.00) | 0.45 (0.00–0.90) | 0.45 (0.00–0.90) |" in page
    assert "| blended | 5.0% | 1 | 0.40 (0.50) | 0.20 | 0.40 (0.50) | 0.20 | 0.40 (0.50) | 0.20 |" in page
    assert "Settings in which ours is ahead of ART activations, layer before: 1 of 2; behind: 1." in page


def test_rows_without_art_say_nothing_of_it() -> None:
    assert not list(data_art_table.lines([{"kind": "patch", "share": 0.05, "ours spectral": 1.0}]))


def test_shares_stand_in_order_whatever_the_order_in_the_file() -> None:
    rows = [planted("patch", 1.0, 0.0) | {"share": s} for s in (0.05, 0.005)]
    page = list(data_art_table.lines(rows))
    places = [next(i for i, line in enumerate(page) if line.startswith(f"| patch | {s}")) for s in ("0.5%", "5.0%")]
    assert places == sorted(places)
