"""Doses, who sees them and ART beside ours, from rows made up here."""

from __future__ import annotations

from typing import Any

from training_time import dose_table


def curve(**changed: Any) -> dict[str, Any]:
    return {
        "job": "dose", "row": "curve", "set": "fashion-mlp", "kind": "badnets", "knows": "records", "draw": 0,
        "harm": "trigger_success", "records": [4, 1080], "shares": [0.001, 0.27],
        "effect": [[0.05, 0.04, 0.06], [0.9, 0.8, 1.0]], "reached": [[0.0, 0, 0], [1.0, 1, 1]],
        "lost": [[0.0, 0, 0], [0.012, -0.01, 0.03]], "seeds": 10, "aimed_at": 0, **changed,
    }  # fmt: skip


def seen(**changed: Any) -> dict[str, Any]:
    return {
        "job": "dose", "row": "stealth", "set": "fashion-mlp", "kind": "badnets", "knows": "records", "draw": 0,
        "records": 80, "detected": {"foreign_mark": 0.25, "wrong_label": 0.01, "spectral": 1.0, "cluster": 0.5},
        "flagged_altered": 0.75, "flagged_others": 0.031, "scan": {"suspicious": 1, "shown": 2}, "named": 2,
        "target": 3, **changed,
    }  # fmt: skip


def peer(by: str, reached: int, **changed: Any) -> dict[str, Any]:
    return {
        "job": "dose", "row": "peer", "set": "fashion-mlp", "kind": "gradient_matching", "draw": 0, "share": 0.05,
        "by": by, "records": 200, "reached": reached, "retrainings": 10, "twins_reached": 0, "cpu_seconds": 7.5,
        **changed,
    }  # fmt: skip


def test_a_curve_is_one_line_in_per_cent_smallest_dose_first() -> None:
    (line,) = list(dose_table.curves([curve()]))[2:]
    assert line == (
        "| fashion-mlp | badnets | records | inputs with the trigger that obey | 10 | 4 (0.1%): 5.0 [4.0 to 6.0]; "
        "1,080 (27.0%): 90.0 [80.0 to 100.0] | – | 100% | 1.2 [-1.0 to 3.0] |"
    )


def test_a_curve_says_its_draw_its_aim_and_the_twins() -> None:
    row = curve(draw=2, harm="targeted_success", aimed_at=7, trigger_success_without_poison=[0.25, 0, 1])
    del row["lost"]
    cells = list(dose_table.curves([row]))[2].split(" | ")
    assert cells[1] == "badnets (draw 2)"
    assert cells[3] == "inputs aimed at that err as wanted (7)"
    assert cells[6:] == ["25%", "100%", "– |"]


def test_who_sees_it_in_the_order_of_the_signals_and_a_dash_for_one_not_asked() -> None:
    (line,) = list(dose_table.stealth([seen()]))[2:]
    assert line == (
        "| fashion-mlp | badnets | records | 80 | 1 | 100 | 50 | – | 25 | 75.0% | 3.1% "
        "| 2 shown, 1 suspicious | 2 of 3 |"
    )


def test_where_nothing_is_altered_nothing_is_found_or_named() -> None:
    row = seen(kind="nothing", knows="", records=0, target=-1)
    del row["detected"], row["flagged_altered"]
    cells = list(dose_table.stealth([row]))[2].split(" | ")
    assert cells[2:4] == ["–", "0"]
    assert set(cells[4:10]) == {"–"}
    assert cells[-1] == "– |"


def test_art_stands_in_columns_and_all_retrainings_are_counted() -> None:
    second = {"draw": 1, "twins_reached": 2}
    rows = [peer("ours", 10), peer("ART", 4), peer("ours", 3, **second), peer("ART", 9, **second)]
    page = list(dose_table.beside_art(rows))
    assert "| fashion-mlp | gradient_matching | 200 (5.0%) | 10 of 10 | 7.5 | 4 of 10 | 7.5 | 0 of 10 |" in page
    assert "| fashion-mlp | gradient_matching (draw 1) | 200 (5.0%) | 3 of 10 | 7.5 | 9 of 10 | 7.5 | 2 of 10 |" in page
    assert page[-2:] == ["\nours: 13 of 20 retrainings in all.", "\nART: 13 of 20 retrainings in all."]


def test_without_a_row_of_art_nothing_is_said_of_it() -> None:
    assert not list(dose_table.beside_art([]))
    assert "ART" not in "\n".join(dose_table.lines([curve(), seen(), {"job": "scan"}]))
