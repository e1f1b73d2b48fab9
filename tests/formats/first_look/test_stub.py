import gzip
import json
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bartizan.core.errors import BartizanError, DataError, ModelError, UnsafeFileError
from bartizan.core.system import System
from bartizan.formats.description import read_system
from bartizan.formats.first_look.stub import stub


class Bomb:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


def described(model: Path, data: Path | None = None) -> System:
    """The stub for these files, saved beside the model and read back."""
    path = model.parent / "system.yaml"
    path.write_text(stub(model, data), encoding="utf-8")
    return read_system(path).system


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    from safetensors.numpy import save_file

    shapes = {"conv1.weight": (4, 1, 3, 3), "fc10.weight": (10, 32), "fc10.bias": (10,), "fc2.weight": (32, 64)}
    path = tmp_path / "reader.safetensors"
    save_file({name: np.zeros(shape, np.float32) for name, shape in shapes.items()}, path)
    return path


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    path = tmp_path / "digits.npz"
    images = np.linspace(0, 1, 20 * 64, dtype=np.float32).reshape(20, 1, 8, 8)
    np.savez(path, images=images, labels=np.arange(20) % 10)
    return path


def test_safetensors_and_npz_are_read_off(weights: Path, digits: Path) -> None:
    (weights.parent / "net.py").write_text("raise SystemExit\ndef train(x, y, *, seed): ...\ndef build(): ...\n")
    system = described(weights, digits)
    load = system.model("model").load
    assert load is not None
    assert (load.kind, load.classes, load.input_shape, load.bounds) == ("torch", 10, (1, 8, 8), (0, 1))
    assert load.kind == "torch"
    assert load.factory == "net:build"
    data = system.test_data("model")
    assert data is not None
    assert data.load is not None
    assert data.load.model_dump(include={"path", "x", "y"}) == {"path": "digits.npz", "x": "images", "y": "labels"}
    assert data.rows == 20
    assert system.choice_value("assets.software", "service", "artefacts") == "safetensors"


def test_what_cannot_be_read_off_is_asked_for_with_its_options(weights: Path) -> None:
    system = described(weights)
    asked = {c.entry for c in system.iter_choices() if c.value == "unknown"}
    assert len(asked) == 34  # all but the format of the artefacts
    text = stub(weights)
    assert "origin: unknown  # own | purchased | synthetic" in text
    assert "query_budget: unknown  # soft | none" in text
    assert "a guess: check it" in text


def test_a_guess_against_the_labels_is_said(weights: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "three.npz", x=np.zeros((9, 4)), y=np.arange(9) % 3)
    assert "classes: 3  # the labels that occur in the data; the shape of the model suggests 10" in stub(
        weights, tmp_path / "three.npz"
    )


def test_images_are_taken_to_fill_their_usual_range(weights: Path, tmp_path: Path) -> None:
    x = np.random.default_rng(0).integers(3, 250, (9, 4, 4)).astype(np.uint8)
    np.savez(tmp_path / "grey.npz", x=x, y=np.arange(9) % 3)
    load = described(weights, tmp_path / "grey.npz").model("model").load
    assert load is not None
    assert load.bounds == (0, 255)
    assert "`scale: 0.0039" in stub(weights, tmp_path / "grey.npz")
    np.savez(tmp_path / "table.npz", x=x[:, :, 0], y=np.arange(9) % 3)
    load = described(weights, tmp_path / "table.npz").model("model").load
    assert load is not None
    assert load.bounds == (x[:, :, 0].min(), x[:, :, 0].max())


def test_a_lock_file_beside_the_model_is_named(weights: Path) -> None:
    (weights.parent / "requirements.lock").touch()
    assert described(weights).choice_value("assets.software", "service", "dependencies") == "requirements.lock"


def test_the_last_layer_is_found_by_number_not_by_letter(weights: Path) -> None:
    load = described(weights).model("model").load
    assert load is not None
    assert load.classes == 10


def test_paths_are_relative_to_the_folder_it_will_lie_in(weights: Path, digits: Path) -> None:
    below = weights.parent / "deep"
    below.mkdir()
    (below / "system.yaml").write_text(stub(weights, digits, folder=below))
    assert "../reader.safetensors" in (below / "system.yaml").read_text()
    read_system(below / "system.yaml")


def test_names_with_odd_characters_stay_text(weights: Path) -> None:
    odd = weights.rename(weights.with_name('a: "b" #\t{é😀}.safetensors'))
    load = described(odd).model("model").load
    assert load is not None
    assert load.file == odd.name


def test_a_pickle_is_recognised_warned_of_and_never_opened(tmp_path: Path) -> None:
    model = tmp_path / "model.pkl"
    model.write_bytes(pickle.dumps(Bomb(tmp_path / "ran")))
    load = described(model).model("model").load
    assert load is not None
    assert load.kind == "sklearn"
    assert load.trust is None
    assert "opening it can run code" in stub(model)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["m/data.pkl", "m/data/0", "m/version"], "torch"),
        (["m/data.pkl", "m/constants.pkl", "m/code/__torch__.py"], "torchscript"),
        (["m/archive_format", "m/models/model.json"], "torch_export"),
        (["schema.json"], "sklearn"),
    ],
)
def test_archives_are_told_by_their_listing(tmp_path: Path, names: list[str], kind: str) -> None:
    model = tmp_path / "model.pt"
    with zipfile.ZipFile(model, "w") as archive:
        for name in names:
            archive.writestr(name, b"\x80\x02not a pickle")
    load = described(model).model("model").load
    assert load is not None
    assert load.kind == kind


def test_real_torch_files_are_told_apart(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    net = torch.nn.Linear(2, 3)
    torch.save(net.state_dict(), tmp_path / "a.pt")
    torch.save(net.state_dict(), tmp_path / "b.pt", _use_new_zipfile_serialization=False)
    torch.jit.trace(net, torch.zeros(1, 2)).save(str(tmp_path / "c.pt"))
    torch.export.save(torch.export.export(net, (torch.zeros(1, 2),)), tmp_path / "d.pt2")
    loads = [described(tmp_path / name).model("model").load for name in ("a.pt", "b.pt", "c.pt", "d.pt2")]
    assert [load and load.kind for load in loads] == ["torch", "torch", "torchscript", "torch_export"]


def test_onnx_gives_its_shapes(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    kind, helper = onnx.TensorProto.FLOAT, onnx.helper
    x = helper.make_tensor_value_info("x", kind, ["n", 1, 8, 8])
    y = helper.make_tensor_value_info("y", kind, ["n", 7])
    model = helper.make_model(helper.make_graph([helper.make_node("Flatten", ["x"], ["y"])], "g", [x], [y]))
    onnx.save(model, tmp_path / "m.onnx")
    load = described(tmp_path / "m.onnx").model("model").load
    assert load is not None
    assert (load.kind, load.input_shape, load.classes) == ("onnx", (1, 8, 8), 7)


def test_real_tree_files_give_their_classes(tmp_path: Path) -> None:
    xgboost = pytest.importorskip("xgboost")
    lightgbm = pytest.importorskip("lightgbm")
    x, y = np.random.default_rng(0).random((60, 4)), np.arange(60) % 3
    settings = {"objective": "multi:softprob", "num_class": 3, "nthread": 1}
    booster = xgboost.train(settings, xgboost.DMatrix(x, y), num_boost_round=2)
    booster.save_model(tmp_path / "a.json")
    booster.save_model(tmp_path / "b.ubj")
    quiet = {"verbose": -1, "num_threads": 1, "min_data_in_leaf": 2, "objective": "binary"}
    lightgbm.train(quiet, lightgbm.Dataset(x, y > 0), 2).save_model(tmp_path / "c.txt")
    loads = [described(tmp_path / name).model("model").load for name in ("a.json", "b.ubj", "c.txt")]
    assert [(load.kind, load.classes) for load in loads if load] == [("xgboost", 3), ("xgboost", 3), ("lightgbm", 2)]
    assert [load.input_shape for load in loads[:2] if load] == [(4,), (4,)]


def test_csv_columns_are_judged_by_their_first_rows(weights: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("amount;country;known;count;label\n1.5;de;0;3;0\n2.5;fr;1;4;2\n;de;1;9;1\n")
    load = described(weights, table).test_data("model").load  # type: ignore[union-attr]
    assert load is not None
    assert load.kind == "csv"
    assert (load.separator, load.label) == (";", "label")
    assert [(f.name, f.type, f.range) for f in load.features] == [
        ("amount", "continuous", (1.5, 2.5)),
        ("country", "categorical", None),
        ("known", "binary", (0, 1)),
        ("count", "integer", (3, 9)),
    ]
    assert load.features[1].one_of == ("de", "fr")


def test_a_guessed_label_is_called_a_guess(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,0\n2,1\n")
    assert "That 'b' is the label is a guess" in stub(weights, tmp_path / "t.csv")


def test_parquet_columns(weights: Path, tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(arrow.table({"a": [0.5, 1.5], "ok": [True, False], "y": [0, 1]}), tmp_path / "t.parquet")
    load = described(weights, tmp_path / "t.parquet").test_data("model").load  # type: ignore[union-attr]
    assert load is not None
    assert load.kind == "parquet"
    assert load.label == "y"
    assert [(f.name, f.type) for f in load.features] == [("a", "continuous"), ("ok", "binary")]


@pytest.mark.parametrize("end", ["", ".gz"])
def test_idx_finds_its_labels(weights: Path, tmp_path: Path, end: str) -> None:
    raw = b"\0\0\x08\x03" + struct.pack(">3I", 2, 4, 4) + bytes(32)
    images = tmp_path / f"t10k-images-idx3-ubyte{end}"
    images.write_bytes(gzip.compress(raw) if end else raw)
    (tmp_path / f"t10k-labels-idx1-ubyte{end}").touch()
    load = described(weights, images).test_data("model").load  # type: ignore[union-attr]
    assert load is not None
    assert load.kind == "idx"
    assert (load.x, load.y) == (images.name, f"t10k-labels-idx1-ubyte{end}")


def test_image_folder(weights: Path, tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        (tmp_path / "pets" / name / "1.png").touch()
    load = described(weights, tmp_path / "pets").test_data("model").load  # type: ignore[union-attr]
    assert load is not None
    assert load.kind == "image_folder"


def _huge_header() -> bytes:
    return (1 << 40).to_bytes(8, "little") + b'{"a":1}'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello world",
        b"PK\x03\x04 broken",
        _huge_header(),
        (20).to_bytes(8, "little") + b'{"broken json       ',
        b'{"not": "a model"}',
        b"[" * 100_000,
        b"\x7fELF\x02\x01\x01" + bytes(100),
    ],
)
def test_what_is_no_model_gets_one_sentence(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(raw)
    with pytest.raises((ModelError, UnsafeFileError)) as caught:
        stub(path)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)


@pytest.mark.parametrize("end", [".onnx", ".ubj", ".json", ".txt"])
def test_a_damaged_model_of_a_known_ending_gets_one_sentence(tmp_path: Path, end: str) -> None:
    path = tmp_path / f"model{end}"
    path.write_bytes(b"{\x08\xff\xff" + bytes(50))
    with pytest.raises(ModelError):
        stub(path)


@pytest.mark.parametrize(
    "raw",
    [b"", b"PK\x03\x04 broken", b"PAR1 broken", b"\x1f\x8b broken", b"\0\0\x08\x01\0\0\0\x02", b"x\0y", b"a\n1\n",
     b"a,a\n1,2\n", b"a,b\n", "a,b\né,1\n".encode("latin-1"), b"\xef\xbb\xbf", b"\n"],
)  # fmt: skip
def test_what_is_no_data_gets_one_sentence(weights: Path, tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "data.bin"
    path.write_bytes(raw)
    with pytest.raises((DataError, UnsafeFileError)) as caught:
        stub(weights, path)
    assert "\n" not in str(caught.value)


def test_object_arrays_are_refused_unopened(weights: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=np.array([[Bomb(tmp_path / "ran")]], dtype=object))
    with pytest.raises(UnsafeFileError, match="Python objects"):
        stub(weights, tmp_path / "d.npz")
    assert not (tmp_path / "ran").exists()


def test_missing_files_and_swapped_arguments(weights: Path, digits: Path, tmp_path: Path) -> None:
    for model, data in ((tmp_path / "none", None), (weights, tmp_path / "none"), (digits, None), (tmp_path, None)):
        with pytest.raises(BartizanError) as caught:
            stub(model, data)
        assert caught.value.exit_code == 2


def test_the_schema_line_comes_first_and_is_a_comment(weights: Path) -> None:
    assert stub(weights).startswith("# yaml-language-server: $schema=")
    assert json.loads(json.dumps(stub(weights))) == stub(weights)
