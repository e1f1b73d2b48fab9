"""Models and data that do not fit are refused before anything is attacked, and nothing in a file ever runs."""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Break = Callable[[Path], None]


def edit(old: str, new: str, file: str = "system.yaml") -> Break:
    def change(folder: Path) -> None:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))

    return change


def weights(**arrays: np.ndarray) -> Break:
    def change(folder: Path) -> None:
        from safetensors.numpy import save_file

        save_file(arrays, folder / "net.safetensors")

    return change


def raw(name: str, content: bytes) -> Break:
    return lambda folder: (folder / name).write_bytes(content) and None


def data(change: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]) -> Break:
    def rewrite(folder: Path) -> None:
        with np.load(folder / "test.npz") as archive:
            x, y = change(archive["x"].copy(), archive["y"].copy())
        np.savez(folder / "test.npz", x=x, y=y)

    return rewrite


def put(array: np.ndarray, value: float) -> np.ndarray:
    array[3] = value
    return array


def module(body: str) -> Break:
    """A model that does `body` to its answers `out`; `self.asked` counts how often it was asked."""
    source = f"""
import torch


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.one = torch.nn.Linear(196, 10)
        self.asked = 0

    def forward(self, x):
        out = self.one(x.flatten(1))
        self.asked += 1
        {body}
        return out


def build():
    return torch.nn.Sequential(torch.nn.Identity(), Net())


def train(x, y, *, seed):
    return build()
"""
    names = ("1.one.weight", "1.one.bias")

    def change(folder: Path) -> None:
        from safetensors.numpy import load_file

        found = load_file(folder / "net.safetensors")
        (folder / "net.py").write_text(source)
        weights(**dict(zip(names, (found["1.weight"], found["1.bias"]), strict=True)))(folder)

    return change


MODELS = {
    "garbage for weights": (raw("net.safetensors", b"\0" * 64), ["net.safetensors"]),
    "empty weights": (raw("net.safetensors", b""), ["net.safetensors"]),
    "weights of another net": (weights(other=np.zeros((2, 2), np.float32)), ["net.safetensors|reader"]),
    "weights of another shape": (
        weights(**{"1.weight": np.zeros((10, 9), np.float32), "1.bias": np.zeros(10, np.float32)}),
        ["1.weight|shape"],
    ),
    "no such function": (edit("net:build", "net:bild"), ["bild", "did you mean 'build'"]),
    "no such module": (edit("net:build", "nut:build"), ["nut"]),
    "a factory that raises": (edit("    import torch\n", "    1 / 0\n", "net.py"), ["net:build", "ZeroDivisionError"]),
    "a factory that returns no model": (
        edit("    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(196, 10))", "    return 3", "net.py"),
        ["net:build", "int"],
    ),
    "code that does not parse": (raw("net.py", b"def build(:\n"), ["net", "SyntaxError"]),
    "code that exits": (raw("net.py", b"raise SystemExit(0)\n"), ["net", "SystemExit"]),
    "another digest than stated": (edit("classes: 10", f"classes: 10\n        sha256: {'0' * 64}"), ["sha256"]),
    "another shape than the data": (edit("[1, 14, 14]", "[1, 28, 28]"), ["28"]),
    "another number of classes": (edit("classes: 10", "classes: 12"), ["12|10"]),
    "fewer classes than labels": (edit("classes: 10", "classes: 7"), ["7|9"]),
    "data of another shape": (data(lambda x, y: (x[:, :, :7], y)), ["shape|7"]),
    "labels out of range": (data(lambda x, y: (x, put(y, 10))), ["10"]),
    "labels below zero": (data(lambda x, y: (x, put(y, -1))), ["-1|below|negative"]),
    "NaN in the data": (data(lambda x, y: (put(x, np.nan), y)), ["NaN"]),
    "infinity in the data": (data(lambda x, y: (put(x, np.inf), y)), ["[Ii]nf|NaN"]),
    "inputs outside the bounds": (data(lambda x, y: (x * 255, y)), ["outside", r"\[0, 1\]"]),
    "no data": (data(lambda x, y: (x[:0], y[:0])), ["empty|no "]),
    "more inputs than labels": (data(lambda x, y: (x, y[:9])), ["200", "9"]),
    "words for inputs": (data(lambda x, y: (np.full(x.shape, "a"), y)), ["test"]),
    "test data without labels": (
        edit("path: test.npz", "path: test.npz, y: null"), [r"system.yaml:\d+:\d+: the data 'test' have no labels"],
    ),
    "training data without labels": (
        edit("path: train.npz", "path: train.npz, y: null"), [r"system.yaml:\d+:\d+: the data 'train' have no labels"],
    ),
    "test data that are the training data": (edit("test_data: test", "test_data: train"), ["200 of 200 test examples"]),
    "no such array": (edit("path: test.npz", "path: test.npz, x: pictures"), ["pictures", "x"]),
    "half an archive": (lambda f: (f / "test.npz").write_bytes((f / "test.npz").read_bytes()[:200]), ["test.npz"]),
    "a text for an archive": (raw("test.npz", b"hello"), ["test.npz"]),
    "ε larger than the range": (edit("eps: 0.1", "eps: 1.5"), ["1.5", "range"]),
    "a model that returns NaN": (module("out = out * float('nan')"), ["NaN"]),
    "a model that raises": (module("raise RuntimeError('no such\\nkernel')"), ["RuntimeError|no such"]),
    "a model that hangs": (module("__import__('time').sleep(3600)"), ["did not answer within 4 seconds"]),
    "a model that changes its answer": (module("out = out.roll(self.asked, 1)"), ["asked twice"]),
    "a model that dies": (module("__import__('os')._exit(9)"), ["died"]),
    "a model that returns one number": (module("out = out.sum()"), ["reader"]),
    "a model that returns words": (module("out = 'nine'"), ["reader"]),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    from bartizan.campaign import checkup, data_digest

    monkeypatch.setitem(data_digest.data_digest.__kwdefaults__, "seconds", 4.0)
    monkeypatch.setitem(checkup.require_sound.__kwdefaults__, "seconds", 4.0)


@pytest.mark.parametrize(("ruin", "words"), MODELS.values(), ids=MODELS.keys())
def test_it_is_refused_in_one_sentence(tiny: Path, kept: Any, run: Any, ruin: Break, words: list[str]) -> None:
    ruin(tiny.parent)
    run("assess", tiny).sentence(*words)
    kept()


def both(change: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]], name: str) -> Break:
    """The same change to the data called `name`."""

    def rewrite(folder: Path) -> None:
        with np.load(folder / f"{name}.npz") as archive:
            x, y = change(archive["x"].copy(), archive["y"].copy())
        np.savez(folder / f"{name}.npz", x=x, y=y)

    return rewrite


def loaded_by(code: str) -> Break:
    """The training data come from `code`, the body of a function."""

    def change(folder: Path) -> None:
        (folder / "rows.py").write_text(f"def load():\n    {code}\n")
        edit("{kind: npz, path: train.npz}", '{kind: function, function: "rows:load"}')(folder)

    return change


DATA = {
    "training data of another shape": (both(lambda x, y: (x[:, :, :7], y), "train"), "train", ["shape", "correct"]),
    "a training label out of range": (both(lambda x, y: (x, put(y, 10)), "train"), "train", ["label 10 in row 3"]),
    "training data outside the bounds": (both(lambda x, y: (x * 255, y), "train"), "train", ["1/255"]),
    "NaN in the test data": (both(lambda x, y: (put(x, np.nan), y), "test"), "test", ["NaN", "remove or impute"]),
    "a text called .npz": (raw("test.npz", b"x,y\n1,2\n"), "test", ["is no zip archive"]),
    "code that hangs": (loaded_by("__import__('time').sleep(3600)"), "train", ["not there within 4 sec", "rows:load"]),
    "code that raises": (loaded_by("1 / 0"), "train", ["rows:load raised ZeroDivisionError"]),
    "code that dies": (loaded_by("__import__('os')._exit(9)"), "train", [r"rows:load died \(exit code 9\)"]),
    "code that returns nothing": (loaded_by("return None"), "train", ["rows:load returned NoneType"]),
}  # fmt: skip


@pytest.mark.parametrize(("ruin", "asset", "words"), DATA.values(), ids=DATA.keys())
def test_what_is_wrong_with_data_is_said_where_they_are_described(
    tiny: Path, kept: Any, run: Any, ruin: Break, asset: str, words: list[str]
) -> None:
    ruin(tiny.parent)
    lines = tiny.read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if f"id: {asset}," in text)
    said = run("assess", tiny).sentence(rf"^\S*system\.yaml:{line}:\d+: ", f"'{asset}'|{asset}\\.npz", *words)
    assert "'reader' cannot be attacked" not in said
    kept()


@pytest.mark.parametrize("case", ["a model that returns NaN", "a model that dies", "garbage for weights", "no data"])
def test_the_doctor_says_the_same(tiny: Path, run: Any, case: str) -> None:
    ruin, _ = MODELS[case]
    ruin(tiny.parent)
    said = run("doctor", tiny)
    assert said.code == 2
    assert "Traceback" not in said.out + said.err


class Payload:
    """Creates a file when it is unpickled."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> Any:
        return os.system, (f"touch '{self.witness}'",)


def bare(folder: Path, payload: Payload) -> None:
    (folder / "model.pkl").write_bytes(pickle.dumps(payload))
    edit(
        'kind: torch\n        factory: "net:build"\n        weights: net.safetensors',
        "kind: sklearn\n        path: model.pkl",
    )(folder)


def checkpoint(folder: Path, payload: Payload) -> None:
    import torch

    torch.save({"1.weight": payload}, folder / "net.pt")
    edit("net.safetensors", "net.pt")(folder)


def disguised(folder: Path, payload: Payload) -> None:
    (folder / "net.safetensors").write_bytes(pickle.dumps(payload))


def script(folder: Path, payload: Payload) -> None:
    with zipfile.ZipFile(folder / "net.pt", "w") as archive:
        archive.writestr("net/data.pkl", pickle.dumps(payload))
        archive.writestr("net/constants.pkl", pickle.dumps(payload))
        archive.writestr("net/version", "3\n")
    edit(
        'kind: torch\n        factory: "net:build"\n        weights: net.safetensors',
        "kind: torchscript\n        path: net.pt",
    )(folder)


def objects(folder: Path, payload: Payload) -> None:
    x = np.empty(200, object)
    x[:] = [payload] * 200
    np.savez(folder / "test.npz", x=x, y=np.zeros(200, np.int64))


def sidecar(folder: Path, payload: Payload) -> None:
    with zipfile.ZipFile(folder / "test.npz", "w") as archive:
        archive.writestr("x.npy", pickle.dumps(payload))
        archive.writestr("y.npy", pickle.dumps(payload))


@pytest.mark.parametrize("plant", [bare, checkpoint, disguised, script, objects, sidecar])
@pytest.mark.parametrize("command", ["assess", "doctor"])
def test_a_malicious_pickle_never_runs(
    tiny: Path, kept: Any, run: Any, tmp_path: Path, plant: Callable[[Path, Payload], None], command: str
) -> None:
    witness = tmp_path / "witness"
    plant(tiny.parent, Payload(witness))
    said = run(command, tiny)
    assert said.code == 2
    assert "Traceback" not in said.out + said.err
    if command == "assess":
        said.sentence("net|model|test")
    assert not witness.exists()
    kept()


@pytest.mark.parametrize("plant", [bare, checkpoint, disguised])
def test_looking_at_a_malicious_file_to_describe_it_does_not_run_it_either(
    tiny: Path, run: Any, tmp_path: Path, plant: Callable[[Path, Payload], None]
) -> None:
    witness = tmp_path / "witness"
    plant(tiny.parent, Payload(witness))
    for name in ("model.pkl", "net.pt", "net.safetensors"):
        if (tiny.parent / name).exists():
            said = run("init", tiny.parent / name, "--output", tmp_path / "new.yaml", "--force")
            assert "Traceback" not in said.out + said.err
    assert not witness.exists()


def test_the_witness_would_be_there_had_it_run(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    pickle.loads(pickle.dumps(Payload(witness)))  # noqa: S301
    assert witness.exists()
