"""Lines of the tables of repairs and of trainings anew, from rows made by hand."""

from __future__ import annotations

from typing import Any

import pytest
from training_time import prevention_table, repairs_table


def share(value: float) -> list[float]:
    return [value, value - 0.01, value + 0.01]


def repaired(seed: int, robust: float, accuracy: float = 0.8, success: float = 0.03) -> dict[str, Any]:
    state = {"accuracy": accuracy, "success": share(success), "reinverted": share(success)}
    side = {"members": share(0.5), "vetted": share(0.5)}
    return {
        "job": "repair", "row": "mended", "data": "d", "architecture": "a", "kind": "patch", "seed": seed,
        "before": {"accuracy": 0.81, "success": share(1.0), "reinverted": share(1.0)}, "twin": state,
        "after": state, "after_fine_tuning": state, "scan": {"verdict": "suspicious"}, "cpu_seconds": 3.0,
        "side_before": {**side, "robust": share(0.5)}, "side_after": {**side, "robust": share(robust)},
    }  # fmt: skip


def prevented(seed: int, after: float, **more: Any) -> dict[str, Any]:
    states = {"twin": 0.0, "before": 0.5, "after": after}
    return {
        "job": "prevent", "row": "again", "version": 2, "data": "d", "architecture": "a", "kind": "patch",
        "share": 0.01, "seed": seed, "records": 40, "cpu_seconds": 2.0,
        **{name: {"accuracy": 0.8, "success": share(v)} for name, v in states.items()}, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "reached"),
    [({}, True), ({"accuracy": 0.785}, False), ({"success": 0.095}, False)],
)
def test_the_goal_is_missed_by_two_points_of_accuracy_or_a_tenth_of_success(
    changes: dict[str, float], reached: bool
) -> None:
    assert repairs_table.reaches(repaired(0, 0.5, **changes), net=False) is reached


def test_side_effects_are_paired_by_seed_and_rows_without_them_are_left_out() -> None:
    old = {k: v for k, v in repaired(2, 0.9).items() if not k.startswith("side")}
    line = list(repairs_table.lines([repaired(0, 0.6), repaired(1, 0.8), old]))[-1]
    assert "| 2 | 50 → 70 | +20 [-100 to +100] | 0.500 → 0.500 | +0.000 [+0.000 to +0.000] |" in line


def test_a_training_anew_tells_the_worst_upper_end_and_what_went() -> None:
    rows = [prevented(0, 0.1, went_bad=0.5, went_good=0.1), prevented(1, 0.3, went_bad=0.7, went_good=0.1)]
    (line,) = main_lines(rows)
    assert "| 0 → 50 → 20 (≤ 31) | 60 | 10.0 | – | – |" in line


def test_a_training_anew_tells_what_a_scan_says_then_and_its_side_effects() -> None:
    side = {"robust": share(0.5), "members": share(0.5)}
    more = {"scan": {"verdict": "nothing found within the budget"}, "side_before": side}
    looked = [prevented(i, 0.1, **more, side_after={**side, "robust": share(0.4)}) for i in (0, 1)]
    not_looked = prevented(2, 0.1)
    assert "| 2 nothing found |" in main_lines([*looked, not_looked])[0]
    assert "| again 2 | 2 | 50 → 40 | -10 [-10 to -10] |" in list(prevention_table.lines([*looked, not_looked]))[-1]


def main_lines(rows: list[dict[str, Any]]) -> list[str]:
    """Of the first table, without its head."""
    page = list(prevention_table.lines(rows))
    ruled = [i for i, line in enumerate(page) if line.startswith("|---")]
    return [line for line in page[ruled[0] + 1 : ruled[1]] if line.startswith("| d |")]


def test_without_a_trigger_nothing_is_said_of_one() -> None:
    row = prevented(0, 0.1, certified=share(0.6))
    for state in ("twin", "before", "after"):
        del row[state]["success"]
    assert "| – | – | – | 60 |" in main_lines([row])[0]
