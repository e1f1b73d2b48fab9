from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.campaign.checkup import checkup, require_sound
from bartizan.core.errors import ModelError
from bartizan.formats.description import read_system


def told(path: Path, behaviour: str, model: str = "") -> Path:
    text = path.read_text().replace("plugin: sum,", f"plugin: sum, options: {{behaviour: {behaviour}}},")
    path.write_text(text.replace("      train_data", f"      {model}\n      train_data") if model else text)
    return path


def test_a_sound_model_passes(sum_system: Path) -> None:
    checks = {c.id: c.status for c in checkup(read_system(sum_system), "model", seconds=60)}
    assert checks["answers"] == checks["steady"] == checks["inputs"] == "ok"
    require_sound(read_system(sum_system), "model", seconds=60)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("hangs", "did not answer within 3 seconds"),
        ("raises", "the model fell over"),
        ("dies", r"died \(exit code 9\)"),
        ("wavers", "asked twice.*say so under 'randomness'"),
    ],
)
def test_what_is_not_sound_is_refused_at_its_place(sum_system: Path, behaviour: str, words: str) -> None:
    description = read_system(told(sum_system, behaviour))
    with pytest.raises(ModelError, match=words) as caught:
        require_sound(description, "model", seconds=3)
    assert str(caught.value).startswith(f"{description.position_of('model')}: ")
    assert "\n" not in str(caught.value)


def test_randomness_that_is_stated_is_no_surprise(sum_system: Path) -> None:
    require_sound(read_system(told(sum_system, "wavers", "randomness: undocumented")), "model", seconds=60)
