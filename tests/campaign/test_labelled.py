from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.campaign.labelled import require_labelled
from bartizan.core.errors import DescriptionError
from bartizan.formats.description import read_system


def test_labels_that_are_said_are_enough(tiny: Path) -> None:
    require_labelled(read_system(tiny))


def test_both_kinds_of_data_are_refused_at_their_place(tiny: Path) -> None:
    text = tiny.read_text().replace("path: train.npz", "path: train.npz, y: null")
    tiny.write_text(text.replace("{kind: npz, path: test.npz}", "{kind: csv, path: test.npz}"))
    with pytest.raises(DescriptionError) as caught:
        require_labelled(read_system(tiny))
    first, second = str(caught.value).splitlines()
    assert "system.yaml:7:" in first
    assert "trained" in first
    assert "say under 'y'" in first
    assert "system.yaml:8:" in second
    assert "say under 'label'" in second


def test_data_that_no_model_to_be_tested_uses_may_lack_them(tiny: Path) -> None:
    text = tiny.read_text().replace(
        "  models:", "    - {id: more, load: {kind: npz, path: test.npz, y: null}}\n  models:"
    )
    tiny.write_text(text)
    require_labelled(read_system(tiny))
