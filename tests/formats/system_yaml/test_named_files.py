from pathlib import Path

from bartizan.formats.description import read_system
from bartizan.formats.system_yaml.named_files import NamedFile, missing, named_files


def test_every_file_a_description_names_is_listed(full: Path) -> None:
    names = {file.name for file in named_files(read_system(full).system)}
    assert names == {
        "digits-train.npz",
        "table.csv",
        "reader.safetensors",
        "net.py",
        "second.onnx",
        "requirements.lock",
    }


def test_what_is_there_is_not_missing(tmp_path: Path) -> None:
    (tmp_path / "weights.npz").touch()
    assert missing(NamedFile((), "weights.npz"), tmp_path) is None
    assert missing(NamedFile((), "."), tmp_path) == "'.' is a folder, a file is needed"
    assert missing(NamedFile((), ".", folder=True), tmp_path) is None
    assert missing(NamedFile((), "weights.npz", folder=True), tmp_path) == "'weights.npz' is a file, a folder is needed"
    assert missing(NamedFile((), "weigths.npz"), tmp_path) == (
        "there is no file 'weigths.npz'; did you mean 'weights.npz'?"
    )


def test_names_that_cannot_be_paths_are_said_to_be_missing(tmp_path: Path) -> None:
    assert missing(NamedFile((), "a" * 5000), tmp_path)
    assert missing(NamedFile((), "a\0b"), tmp_path)
