from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bartizan.campaign.opening import open_data, open_model
from bartizan.core.errors import BartizanError, DataError, ModelError
from bartizan.formats.description import read_system


def opened(path: Path) -> object:
    return open_model(read_system(path).system, "model", path.parent)


def replaced(path: Path, old: str, new: str) -> Path:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    return path


def test_a_model_comes_with_its_data(sum_system: Path) -> None:
    target, train, test = open_model(read_system(sum_system).system, "model", sum_system.parent)
    assert train is not None
    assert test is not None
    assert target.info.classes == 2
    assert (target.labels(test.x) == test.y).all()
    assert train.digest() != test.digest()


def test_data_that_are_not_named_are_none(sum_system: Path) -> None:
    replaced(sum_system, "      train_data: train\n", "")
    replaced(sum_system, "{id: train,", "{id: other,")
    train, test = open_data(read_system(sum_system).system, "model", sum_system.parent)
    assert train is None
    assert test is not None


def test_classes_are_counted_where_they_are_not_stated(sum_system: Path) -> None:
    target, _, _ = opened(replaced(sum_system, ", classes: 2", ""))  # type: ignore[misc]
    assert target.info.classes == 2


@pytest.mark.parametrize(
    ("old", "new", "error", "words"),
    [
        ("classes: 2", "classes: 2, input_shape: [9]", DataError, r"'train'.*shape.*\[9\].*load.input_shape"),
        ("bounds: [0, 1]", "bounds: [0, 0.5]", DataError, r"outside the stated bounds \[0, 0.5\]"),
        ("plugin: sum", "plugin: some", ModelError, "some"),
    ],
)
def test_what_does_not_fit_is_one_sentence(
    sum_system: Path, old: str, new: str, error: type[BartizanError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        opened(replaced(sum_system, old, new))
    assert "\n" not in str(caught.value)


def test_a_model_without_data_cannot_be_tested(sum_system: Path) -> None:
    text = sum_system.read_text().replace("      train_data: train\n      test_data: test\n", "")
    sum_system.write_text(text.replace("{id: train,", "{id: a,").replace("{id: test,", "{id: b,"))
    with pytest.raises(DataError, match="test_data"):
        opened(sum_system)


def test_a_label_beyond_the_classes_is_one_sentence(sum_system: Path) -> None:
    np.savez(sum_system.parent / "train.npz", x=np.zeros((3, 1, 4, 4), np.float32), y=np.array([0, 1, 2]))
    with pytest.raises(DataError, match="'train': the label 2 in row 2") as caught:
        opened(sum_system)
    assert caught.value.about == "train"


def test_training_data_of_another_shape_than_the_test_data(sum_system: Path) -> None:
    np.savez(sum_system.parent / "train.npz", x=np.zeros((3, 1, 5, 5), np.float32), y=np.array([0, 1, 1]))
    with pytest.raises(DataError, match=r"'train'.*\[1, 5, 5\].*takes \[1, 4, 4\]") as caught:
        opened(sum_system)
    assert caught.value.about == "train"


def test_a_model_without_load_cannot_be_opened(sum_system: Path) -> None:
    replaced(sum_system, "      load: {kind: plugin, plugin: sum, bounds: [0, 1], classes: 2}\n", "")
    with pytest.raises(ModelError, match="no 'load'"):
        opened(sum_system)
