"""The scan and its referee: the controls hold, nothing runs, and a dishonest verdict is found out."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.core.artifact import Artifact, Measured, Measurement
from bartizan.core.contracts import Control
from bartizan.core.view import grant
from bartizan.formats.model_scan import inspect_file
from bartizan.formats.verdict import Verdict
from bartizan.scanners import controls
from bartizan.scanners.model_file import ModelFileScan
from bartizan.scanners.referee import ScannerReferee
from bartizan.scanners.second_look import names_run


class Payload:
    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.file),)


def _scan(control: Control, *paths: Path) -> tuple[Artifact, Any]:
    roles = control.roles()
    files = tuple(map(str, paths)) or control.paths()
    view = grant(control.target(), control.access, control.budget, roles, paths=files)
    artifact = replace(ModelFileScan().run(view, params=ModelFileScan.params(), seed=0), watched=view.watched())
    return artifact, ScannerReferee().measure(None, roles, artifact, params=ModelFileScan.params(), seed=0)


def _shares(measured: Measured) -> dict[str, Measurement]:
    return {m.estimand: m for m in measured.measurements if m.estimand != "file_verdict"}


def _rows(measured: Measured) -> list[dict[str, Any]]:
    return [m.at for m in measured.measurements if m.estimand == "file_verdict"]


@pytest.mark.parametrize("control", ModelFileScan.controls(), ids=lambda c: c.kind)
def test_controls_hold_through_the_referee_and_nothing_runs(control: Control) -> None:
    artifact, measured = _scan(control)
    (harm,) = [m for m in measured.measurements if m.estimand == control.harm]
    assert harm.value == control.threshold
    assert harm.low == harm.high == harm.value
    assert not {f.id for f in measured.flags} - {"files_need_review"}
    assert artifact.arrays["unsafe"].all() == (control.kind == "positive")
    assert not (controls.folder() / controls.MARK).exists()


@pytest.mark.parametrize("make", [controls.payload, controls.hidden_payload])
def test_the_payloads_of_the_controls_do_run_when_unpickled(tmp_path: Path, make: Any) -> None:
    pickle.loads(make(tmp_path / "made"))  # noqa: S301
    assert (tmp_path / "made").exists()


@pytest.mark.parametrize("protocol", range(6))
def test_both_ways_see_the_payload_in_every_protocol(tmp_path: Path, protocol: int) -> None:
    file = tmp_path / "m.bin"
    file.write_bytes(pickle.dumps({"w": [1.0, Payload(tmp_path / "made")]}, protocol=protocol))
    report = inspect_file(file)
    assert any("mkdir" in r.text for r in report.reasons)
    assert any(name.endswith(".mkdir") for name in names_run(file))
    assert not (tmp_path / "made").exists()
    _, measured = _scan(controls.malicious(), file)
    assert not measured.flags


@pytest.mark.parametrize(
    "raw",
    [
        b"\x80\x02\x82\x01.",  # an extension code
        b"\x80\x04\x8c\x02os\x8c\x06system\x8c\x0bcollections\x8c\x0bOrderedDict00\x93.",  # decoys dropped again
        b"\x80\x04\x8c\x02os\x94\x8c\x06system\x940h\x00h\x01\x93.",  # names from the memo
        b"\x80\x04(\x8c\x0bcollections\x8c\x0bOrderedDict1\x8c\x02os\x8c\x06system\x93.",  # decoys under a mark
        b"\x80\x04\x8c\x0bcollections\x8c\x1aOrderedDict.fromkeys.__eq__\x93.",  # attributes of an allowed name
        b"\x80\x02ccollections\nOrderedDict\n.cos\nsystem\n(S'x'\ntR.",  # a second pickle behind the first
        b"\x80\x02ccollections\nOrderedDict\n)R",  # no end
        b"\x80\x02\xff.",  # no such opcode
    ],
)
def test_a_pickle_that_tries_to_hide_what_it_does_is_not_passed(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "m.pkl"
    file.write_bytes(raw)
    assert not inspect_file(file).safe


@pytest.mark.parametrize("value", [{"a": [1, 2.0, "x"]}, np.arange(6.0), np.float32(3), [np.ones(2, np.int64)]])
def test_pickles_of_plain_data_pass(tmp_path: Path, value: Any) -> None:
    file = tmp_path / "m.pkl"
    file.write_bytes(pickle.dumps(value, protocol=4))
    assert inspect_file(file).safe
    assert names_run(file) == ()


class Own:
    def __init__(self) -> None:
        self.x = 1


def test_checkpoints_of_torch_pass_and_objects_of_classes_it_does_not_know_do_not(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    module = torch.nn.Linear(2, 3)
    torch.save(module.state_dict(), tmp_path / "state.pt")
    torch.save(module, tmp_path / "whole.pt")
    torch.save(module.state_dict(), tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    torch.save(Own(), tmp_path / "own.pt")
    artifact, measured = _scan(controls.benign(), *(tmp_path / f"{n}.pt" for n in ("state", "whole", "old", "own")))
    assert artifact.arrays["unsafe"].tolist() == [False, False, False, True]
    assert [f.id for f in measured.flags] == ["files_need_review"]
    assert any("Own" in r["text"] for r in artifact.claims["files"][3]["reasons"])


def test_a_member_hidden_from_the_directory_is_seen(tmp_path: Path) -> None:
    body, shown = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("m/hidden.pkl", controls.payload(tmp_path / "made"))
    with zipfile.ZipFile(shown, "w") as archive:
        archive.writestr("m/data.pkl", pickle.dumps({}, protocol=2))
    hidden = body.getvalue()[: body.getvalue().index(b"PK\x01\x02")]
    (tmp_path / "m.pt").write_bytes(hidden + shown.getvalue())
    assert any("body only" in said or "mkdir" in said for said in names_run(tmp_path / "m.pt"))


def test_a_scanner_that_lies_is_found_out(tmp_path: Path) -> None:
    artifact, _ = _scan(controls.malicious())
    lie = replace(
        artifact,
        arrays={"unsafe": np.zeros(6, np.bool_), "offset": np.full(6, -1)},
        claims={"files": [{**f, "reasons": []} for f in artifact.claims["files"]]},
    )
    roles = controls.malicious().roles()
    measured = ScannerReferee().measure(None, roles, lie, params=ModelFileScan.params(), seed=0)
    assert _shares(measured)["refused_files"].value == 1.0
    assert {f.id for f in measured.flags} == {"verdict_disputed", "files_need_review"}
    invented = {"text": "it would look up os.system, which is not", "offset": 0, "member": ""}
    first = artifact.claims["files"][0]
    alone = replace(artifact.watched, paths=(first["path"],))
    moved = replace(artifact, claims={"files": [{**first, "reasons": [invented]}]}, watched=alone)
    (flag,) = ScannerReferee().measure(None, roles, moved, params=ModelFileScan.params(), seed=0).flags
    assert flag.id == "reason_not_found"


@pytest.mark.parametrize("claims", [{}, {"files": []}, {"files": None}, {"files": ["m.pkl", {"path": "elsewhere"}]}])
def test_a_scanner_that_says_nothing_has_passed_nothing(claims: dict[str, Any]) -> None:
    artifact, _ = _scan(controls.malicious())
    silent = replace(artifact, arrays={}, claims=claims)
    roles = controls.malicious().roles()
    measured = ScannerReferee().measure(None, roles, silent, params=ModelFileScan.params(), seed=0)
    refused, claimed = (_shares(measured)[name] for name in ("refused_files", "claimed_unsafe"))
    assert (refused.value, refused.n) == (1.0, 6)
    assert (claimed.n, claimed.low, claimed.high) == (0, 0.0, 1.0)
    assert [f.id for f in measured.flags] == [*["verdict_missing"] * 6, "files_need_review"]


def test_without_files_nothing_is_known() -> None:
    nothing = Artifact("file_verdicts", {}, {"files": []})
    roles = controls.malicious().roles()
    unsafe = _shares(ScannerReferee().measure(None, roles, nothing, params=ModelFileScan.params(), seed=0))[
        "unsafe_files"
    ]
    assert (unsafe.n, unsafe.low, unsafe.high) == (0, 0.0, 1.0)


def test_a_file_that_needs_review_is_not_counted_as_one_that_does_harm(tmp_path: Path) -> None:
    (tmp_path / "empty.safetensors").write_bytes(b"")
    (tmp_path / "evil.pkl").write_bytes(controls.payload(tmp_path / "made"))
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "cut.safetensors").write_bytes(Path(controls.benign_files()[0]).read_bytes()[:-3])
    good = tmp_path / "good.npz"
    good.write_bytes(Path(controls.benign_files()[1]).read_bytes())
    names = ("empty.safetensors", "evil.pkl", "deep/cut.safetensors", "good.npz")
    _, measured = _scan(controls.malicious(), *(tmp_path / n for n in names))
    shares = _shares(measured)
    assert (shares["unsafe_files"].value, shares["refused_files"].value) == (0.25, 0.75)
    rows = _rows(measured)
    assert [(r["file"], r["verdict"]) for r in rows] == [
        ("evil.pkl", "malicious"),
        ("empty.safetensors", "needs review"),
        ("deep/cut.safetensors", "needs review"),
        ("good.npz", "approved"),
    ]
    assert rows[0]["title"] == "It would run code when opened"
    assert "mkdir" in rows[0]["text"]
    assert rows[0]["mend"].startswith("do not open it")
    (flag,) = measured.flags
    assert (flag.id, flag.detail) == ("files_need_review", "empty.safetensors, cut.safetensors")


def test_what_only_the_second_way_speaks_against_needs_review(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bartizan.scanners.referee.names_run", lambda path: ("os.mkdir",))
    (tmp_path / "m.npz").write_bytes(Path(controls.benign_files()[1]).read_bytes())
    _, measured = _scan(controls.benign(), tmp_path / "m.npz")
    assert {f.id for f in measured.flags} == {"verdict_disputed", "files_need_review"}
    (row,) = _rows(measured)
    assert (row["verdict"], row["title"]) == ("needs review", "Two ways of reading it disagree")
    assert "os.mkdir" in row["text"]


def test_rows_are_bounded_and_counts_are_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        "bartizan.scanners.file_rows.ROOM", dict.fromkeys((Verdict.MALICIOUS, Verdict.REVIEW, Verdict.APPROVED), 2)
    )
    for i in range(5):
        (tmp_path / f"{i}.pkl").write_bytes(controls.payload(tmp_path / "made") if i % 2 else b"")
    _, measured = _scan(controls.malicious(), *sorted(tmp_path.glob("*.pkl")))
    assert [r["file"] for r in _rows(measured)] == ["1.pkl", "3.pkl", "0.pkl", "2.pkl"]
    assert _shares(measured)["refused_files"].n == 5


@pytest.mark.parametrize("seed", range(40))
def test_no_bytes_make_either_way_raise(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    whole = [Path(p).read_bytes() for p in (*controls.malicious_files(), *controls.benign_files())]
    raw = bytearray(whole[seed % len(whole)])
    for _ in range(1 + seed % 5):
        raw[int(rng.integers(len(raw)))] = int(rng.integers(256))
    (tmp_path / "m").write_bytes(bytes(raw[: int(rng.integers(1, len(raw) + 1))]))
    _scan(controls.malicious(), tmp_path / "m")
    assert not (controls.folder() / controls.MARK).exists()


def _with_weights_beside(folder: Path, content: bytes) -> Path:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = numpy_helper.from_array(np.ones((4, 2), np.float32), "W")
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", k]) for n, k in (("x", 4), ("y", 2)))
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "W"], ["y"])], "g", [x], [y], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save_model(model, folder / "m.onnx", save_as_external_data=True, location="m.data", size_threshold=0)
    (folder / "m.data").write_bytes(content)
    return folder / "m.onnx"


@pytest.mark.parametrize("first", [b"", b"\x80\x04", b"\x1f\x8b"], ids=["plain", "like a pickle", "like gzip"])
def test_weights_beside_an_onnx_file_are_numbers_whatever_they_begin_with(tmp_path: Path, first: bytes) -> None:
    numbers = np.random.default_rng(0).normal(size=400).astype(np.float32).tobytes()
    assert inspect_file(_with_weights_beside(tmp_path, first + numbers[len(first) :])).safe


def test_a_pickle_or_an_archive_in_their_place_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", "b")
    for content in (pickle.dumps(Payload(tmp_path / "made")), packed.getvalue()):
        report = inspect_file(_with_weights_beside(tmp_path, content))
        assert "m.data" in report.sentence()
        assert not report.safe
