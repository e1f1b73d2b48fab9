"""Every example that ships: its description holds, its files are what they are said to be, its recipe gives them."""

import json
from pathlib import Path

import numpy as np
import pytest

from bartizan.datasets.open import open_dataset
from bartizan.formats.description import read_system
from bartizan.formats.system_yaml.schema_json import json_schema
from bartizan.provenance.digests import differences, read_digests
from bartizan.provenance.files import asset_files
from bartizan.targets.open import open_target

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("digits", "phishing", "digits-onnx")


def opened(name):
    """(system, model asset, its target, its test data, the folder)"""
    description = read_system(EXAMPLES / name / "system.yaml")
    system, folder = description.system, description.folder
    (model,) = system.assets.models
    data = open_dataset(system.test_data(model.id), folder)
    classes, shape = model.load.classes, model.load.input_shape
    return system, model, open_target(model, folder, classes=classes, input_shape=shape), data, folder


def test_these_are_all_examples():
    assert {p.parent.name for p in EXAMPLES.glob("*/system.yaml")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_weights_in_the_tree_reach_the_stated_accuracy(name):
    _, model, target, data, _ = opened(name)
    assert (target.labels(data.x) == data.y).mean() == pytest.approx(model.load.accuracy, abs=5e-4)
    assert target.info.bounds == model.load.bounds == (0, 1)


def test_the_files_of_the_first_are_those_recorded():
    description = read_system(EXAMPLES / "digits" / "system.yaml")
    expected = read_digests(EXAMPLES / "digits" / "digests.json")
    again = "run: bartizan provenance record examples/digits/system.yaml --force"
    assert not differences(expected, asset_files(description)), again


@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_what_is_real_and_editors_find_the_schema(name):
    text = (EXAMPLES / name / "system.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../system.schema.json\n")
    page = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    assert "real" in page
    assert "invent" in page


def test_the_schema_beside_the_examples_is_the_current_one():
    kept = json.loads((EXAMPLES / "system.schema.json").read_text(encoding="utf-8"))
    assert kept == json_schema(), "run: bartizan schema > examples/system.schema.json"


@pytest.mark.parametrize("name", ["digits", "phishing"])
def test_the_two_halves_of_the_data_are_stratified_and_no_file_is_shared(name):
    system, model, _, test, folder = opened(name)
    train = open_dataset(system.training_data(model.id), folder)
    assert len(train) == system.training_data(model.id).rows
    assert len(test) == system.test_data(model.id).rows
    shares = [np.bincount(d.y) / len(d) for d in (train, test)]
    assert np.allclose(*shares, atol=0.01)


def test_no_digit_is_in_both_halves():
    system, model, _, test, folder = opened("digits")
    train = open_dataset(system.training_data(model.id), folder)
    assert not {x.tobytes() for x in train.x} & {x.tobytes() for x in test.x}


@pytest.mark.parametrize("name", ["digits", "phishing"])
def test_the_recipe_trains_a_model_as_good_as_the_one_in_the_tree_and_the_same_again(name):
    system, model, target, test, folder = opened(name)
    train = open_dataset(system.training_data(model.id), folder)
    one = target.retrain(train.x, train.y, seed=1)
    assert (one.labels(test.x) == test.y).mean() > model.load.accuracy - 0.015
    few = np.arange(300)
    short = [target.retrain(train.x[few], train.y[few], seed=2).scores(test.x[:50]) for _ in range(2)]
    assert np.array_equal(*short)


def test_seed_and_data_give_the_weights_in_the_tree():
    """The training script's own seed, on the machine that wrote the file; elsewhere rounding may differ a little."""
    system, model, target, test, folder = opened("digits")
    train = open_dataset(system.training_data(model.id), folder)
    again = target.retrain(train.x, train.y, seed=_constant(folder / "train.py", "SEED"))
    assert (again.labels(test.x) == target.labels(test.x)).mean() > 0.97


def test_the_onnx_file_is_the_digit_reader():
    *_, reader, data, _ = opened("digits")
    bought = opened("digits-onnx")[2]
    assert np.allclose(bought.scores(data.x[:64]), reader.scores(data.x[:64]), atol=1e-5)
    assert not bought.info.retrainable


def test_the_trees_keep_to_the_values_that_the_features_allow():
    *_, data, _ = opened("phishing")
    assert [f.name for f in data.features if not f.mutable] == ["is_popular", "age_of_domain"]
    assert all(set(np.unique(data.x[:, i])) <= set(f.values or (0, 1)) for i, f in enumerate(data.features))


def _constant(path, name):
    """The value of a constant in a script, read without running it."""
    line = next(x for x in path.read_text(encoding="utf-8").splitlines() if x.startswith(f"{name} = "))
    return int(line.partition("=")[2])
