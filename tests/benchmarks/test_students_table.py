"""Lines of the table of students, from rows made by hand."""

from __future__ import annotations

from typing import Any

from training_time import own_students


def row(seed: int, kind: str, beyond: float, passes: float, **more: Any) -> dict[str, Any]:
    return {
        "job": "students", "data": "mnist", "architecture": "mlp", "kind": kind, "seed": seed, "agreement": 0.9,
        "any": [beyond, 9.0, -0.5, -1, 4, 50, 150], "single": [0.5, 5.0, passes, 2, 4, 16, 16], "cpu_seconds": 9.0,
        "verdict": "shown" if passes >= 0 else "nothing found within the budget", **more,
    }  # fmt: skip


def table(*rows: dict[str, Any]) -> list[str]:
    return [line for line in own_students.lines(list(rows)) if line.startswith("| mnist")]


def test_either_patch_alarms_and_the_area_is_beside_the_clean_models() -> None:
    clean, other = table(
        row(0, "clean", 0.05, -0.3),
        row(1, "clean", 0.05, -0.2),
        row(0, "source-specific", 0.05, 0.2, target=4),
        row(1, "source-specific", 0.4, -0.1, target=3),
        row(2, "source-specific", 0.05, -0.4, target=4),
    )
    assert "| clean | 2, 2 | 0 | 0 | 0.50 | 0% (0% to 84%) | – | 0 | 0 |" in clean
    assert "| source-specific | 3, 2 | 1 | 1 | 0.83 | 67% (9% to 99%) | 1 of 2 | 1 | 0 | 0.90 | 9 |" in other


def test_models_without_students_are_left_out() -> None:
    rows = [row(0, "clean", 0.05, -0.3), {**row(1, "clean", 0.9, 0.9), "any": None}]
    del rows[1]["any"]
    assert "| clean | 1, 1 |" in table(*rows)[0]
