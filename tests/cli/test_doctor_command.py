from __future__ import annotations

from pathlib import Path
from typing import Any


def test_a_sound_model_passes(tiny: Path, run: Any) -> None:
    said = run("doctor", tiny)
    assert said.code == 0, said
    for check in ("answers", "steady", "alone", "inputs", "eps", "classes", "accuracy"):
        assert check in said.out


def test_an_accuracy_that_is_not_reached_fails(tiny: Path, run: Any) -> None:
    tiny.write_text(tiny.read_text().replace("classes: 10", "classes: 10\n        accuracy: 0.999"))
    said = run("doctor", tiny, "--model", "reader")
    assert said.code == 2
    assert "below the stated 0.999" in " ".join(said.out.split())


def test_a_model_there_is_not(tiny: Path, run: Any) -> None:
    said = run("doctor", tiny, "--model", "raeder")
    assert said.code == 2
    assert "reader" in said.out + said.err
