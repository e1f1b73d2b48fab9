from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.campaign.subjects import file_digest, files_of, model_digest, sentence, source_of
from bartizan.core.errors import ModelError, UsageError
from bartizan.formats.description import read_system


def digest(system: Path) -> str:
    return model_digest(read_system(system).system.model("reader"), system.parent)


def test_the_same_model_has_the_same_digest_wherever_it_lies(tiny: Path, tmp_path: Path) -> None:
    first = digest(tiny)
    assert first == digest(tiny)
    tiny.parent.rename(tmp_path / "moved")
    assert digest(tmp_path / "moved" / tiny.name) == first


@pytest.mark.parametrize("file", ["net.py", "net.safetensors", "beside.py"])
def test_every_file_that_decides_what_it_answers_is_in_it(tiny: Path, file: str) -> None:
    (tiny.parent / "beside.py").write_text("# a module net.py might import\n")
    first = digest(tiny)
    with (tiny.parent / file).open("ab") as stream:
        stream.write(b"\n")
    assert digest(tiny) != first


@pytest.mark.parametrize(
    ("old", "new"), [("bounds: [0, 1]", "bounds: [0, 2]"), ("net:train", "net:build"), ("classes: 10", "classes: 11")]
)
def test_how_it_is_loaded_and_trained_is_in_it(tiny: Path, old: str, new: str) -> None:
    first = digest(tiny)
    tiny.write_text(tiny.read_text().replace(old, new))
    assert digest(tiny) != first


def test_what_is_said_about_it_is_not(tiny: Path) -> None:
    first = digest(tiny)
    tiny.write_text(
        tiny.read_text().replace("      train_data: train\n", "      train_data: train\n      origin: third_party\n")
    )
    assert digest(tiny) == first


def test_its_files_are_the_weights_and_the_code(tiny: Path) -> None:
    found = files_of(read_system(tiny).system.model("reader"), tiny.parent)
    assert [p.name for p in found] == ["net.safetensors", "net.py"]


def test_code_is_looked_for_beside_the_description_first(tmp_path: Path) -> None:
    (tmp_path / "json.py").touch()
    assert source_of("json:loads", tmp_path) == tmp_path / "json.py"
    assert source_of("json.py:loads", tmp_path) == tmp_path / "json.py"
    installed = source_of("shutil:copy", tmp_path)
    assert installed is not None
    assert installed.name == "shutil.py"
    assert source_of("no_such_module_anywhere:f", tmp_path) is None


def test_a_package_that_breaks_while_looked_into_has_no_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "elsewhere" / "brittle_package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(str(package.parent))
    assert source_of("brittle_package.inner:f", tmp_path) is None


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        file_digest(tmp_path / "none")


def test_an_error_is_told_in_one_line() -> None:
    assert sentence(ModelError("the model is shy")) == "the model is shy"
    assert sentence(ValueError("two\nlines")) == "ValueError: two lines"
    assert sentence(KeyError()) == "KeyError: no message"
    assert len(sentence(ValueError("x" * 5000))) < 400
