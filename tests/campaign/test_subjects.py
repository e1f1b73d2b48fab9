from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bartizan.campaign.subjects import file_digest, files_of, model_digest, sentence, source_of
from bartizan.core.errors import ModelError, UsageError
from bartizan.core.system import ModelAsset
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


def external(folder: Path, scale: float) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = numpy_helper.from_array(np.full((4, 2), scale, np.float32), "W")
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", k]) for n, k in (("x", 4), ("y", 2)))
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "W"], ["y"])], "g", [x], [y], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save_model(model, folder / "m.onnx", save_as_external_data=True, location="m.data", size_threshold=0)


def test_weights_kept_beside_an_onnx_file_are_in_it(tmp_path: Path) -> None:
    asset = ModelAsset.model_validate({"id": "r", "load": {"kind": "onnx", "path": "m.onnx"}})
    external(tmp_path, 1.0)
    first, graph = model_digest(asset, tmp_path), (tmp_path / "m.onnx").read_bytes()
    assert [p.name for p in files_of(asset, tmp_path)] == ["m.onnx", "m.data"]
    (tmp_path / "m.data").unlink()
    external(tmp_path, -3.0)
    assert (tmp_path / "m.onnx").read_bytes() == graph
    assert model_digest(asset, tmp_path) != first


def test_a_loader_of_another_version_opens_another_model(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bartizan.targets.torch_factory import TorchFactory

    first = digest(tiny)
    monkeypatch.setattr(TorchFactory, "spec", TorchFactory.spec.model_copy(update={"version": 99}))
    assert digest(tiny) != first
