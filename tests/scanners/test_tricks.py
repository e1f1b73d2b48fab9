"""Every trick is caught and every honest file is left alone; what was held out stays as it was frozen."""

from __future__ import annotations

import contextlib
import hashlib
import io
import pickle
import pickletools
import sys
from pathlib import Path

import pytest

from bartizan.formats.model_scan import inspect_file
from bartizan.formats.verdict import Verdict

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from tricks import afresh, benign, build, held_out, later, tuning  # noqa: E402

SLOW = {"bomb.joblib", "gzip-bomb.gz"}
MAKERS = [*tuning.MAKERS, *later.MAKERS, *afresh.MAKERS]
TRICKS = [t for t in build.made(MAKERS, "/nonexistent/the-payload-ran") if t.name not in SLOW]
LIGHT = ("numpy:numpy_files", "configuration:configurations", "keras:keras", "gguf:gguf", "archive:archives")
LIGHT = (*LIGHT, "pickle:plain_data", "safetensors:safetensors", "torch:states", "torch:checkpoints", "joblib:arrays")


def _verdict(trick: build.Trick, folder: Path) -> Verdict:
    for name, raw in trick.files.items():
        (folder / name).write_bytes(raw)
    return inspect_file(folder / next(iter(trick.files))).verdict


def test_what_was_held_out_is_what_was_frozen() -> None:
    frozen = (HERE / "tricks" / "FROZEN").read_text().strip()
    assert hashlib.sha256((HERE / "tricks" / "held_out.py").read_bytes()).hexdigest() == frozen


@pytest.mark.parametrize("trick", TRICKS, ids=lambda t: f"{t.family}-{t.name}"[:80])
def test_no_trick_is_approved(trick: build.Trick, tmp_path: Path) -> None:
    assert _verdict(trick, tmp_path) is not Verdict.APPROVED


def test_of_the_tricks_held_out_at_least_95_in_100_are_flagged_and_nothing_runs(tmp_path: Path) -> None:
    tricks = list(build.made(held_out.MAKERS, str(tmp_path / "ran")))
    missed = []
    for i, trick in enumerate(tricks):
        (tmp_path / str(i)).mkdir()
        if _verdict(trick, tmp_path / str(i)) is Verdict.APPROVED:
            missed.append(trick.name)
    assert len(missed) <= 0.05 * len(tricks), missed
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("maker", LIGHT)
def test_honest_files_are_approved(maker: str, tmp_path: Path) -> None:
    if "torch" in maker or "safetensors" in maker:
        pytest.importorskip("torch")
    if "joblib" in maker:
        pytest.importorskip("joblib")
    benign.MAKERS[maker](tmp_path)
    files = [p for p in tmp_path.iterdir() if not p.name.endswith(".data")]
    told = {p.name: inspect_file(p) for p in files}
    assert not [r.sentence() for r in told.values() if r.verdict is Verdict.MALICIOUS]
    assert {n for n, r in told.items() if not r.safe} <= {"frame.pkl"}  # pandas is on no list


@pytest.mark.nightly
def test_all_honest_files(tmp_path: Path) -> None:
    for write in (benign.write, benign.write_unseen):
        verdicts = [inspect_file(path).verdict for _, path in write(tmp_path / write.__name__)]
        assert len(verdicts) >= 100
        assert verdicts.count(Verdict.MALICIOUS) <= 0.02 * len(verdicts)
        assert verdicts.count(Verdict.REVIEW) <= 0.10 * len(verdicts)


def test_readers_do_part_ways_at_the_end_of_a_frame(tmp_path: Path) -> None:
    """The C unpickler, reading a stream it cannot peek into, drops what is left of the frame; others do not."""
    trick = next(t for t in TRICKS if t.name == "dropped-rest.pkl")
    (tmp_path / "m.pkl").write_bytes(trick.files["dropped-rest.pkl"])
    with (tmp_path / "m.pkl").open("rb", buffering=0) as stream:
        assert pickle.load(stream) is None  # noqa: S301
    with pytest.raises(pickle.UnpicklingError):
        pickle.loads(trick.files["dropped-rest.pkl"])  # noqa: S301
    with pytest.raises(ValueError, match="expected"):
        list(pickletools.genops(io.BytesIO(trick.files["dropped-rest.pkl"])))
    assert "two-readings" in {r.rule for r in inspect_file(tmp_path / "m.pkl").reasons}


def test_each_reason_says_where(tmp_path: Path) -> None:
    raw = pickle.dumps({"a": 1}) + tuning.payload("x", 4)
    (tmp_path / "m.pkl").write_bytes(raw)
    (reason,) = inspect_file(tmp_path / "m.pkl").reasons
    assert raw[reason.offset : reason.offset + 1] == b"\x93"
    assert b"mkdir" in raw[: reason.offset]


RUNS = ("from-type.pkl", "generator.pkl", "from-type-by-memo.pkl", "long-text-70000.bin", "made-otherwise.joblib")
RUNS += ("made-as-an-index.joblib", "state-of-another-kind.joblib", "told-late.joblib", "aligned-otherwise.joblib")


@pytest.mark.parametrize("name", RUNS)
def test_what_was_approved_before_does_run(name: str, tmp_path: Path) -> None:
    """So that a trick which runs nothing does not count as caught."""
    pytest.importorskip("torch")
    pytest.importorskip("pandas")
    joblib = pytest.importorskip("joblib")
    mark = tmp_path / "ran"
    trick = next(t for t in build.made(later.MAKERS, str(mark)) if t.name == name)
    (tmp_path / name).write_bytes(trick.files[name])
    load = joblib.load if name.endswith(".joblib") else lambda path: pickle.loads(path.read_bytes())  # noqa: S301
    with contextlib.suppress(RuntimeError):  # torch goes on to read the payload as a checkpoint
        load(tmp_path / name)
    assert mark.exists()


def _twice(path: Path) -> None:
    with path.open("rb", buffering=0) as stream:
        pickle.load(stream)  # noqa: S301
        pickle.load(stream)  # noqa: S301


def _torch(path: Path) -> None:
    import torch

    torch.load(path, weights_only=False)


def _joblib(path: Path) -> None:
    import joblib

    joblib.load(path)


READ_BY = {"second.pkl": _twice, "behind-stop.pkl": _twice, "key-that-is-made.joblib": _joblib}
READ_BY |= {"state-set-twice.joblib": _joblib, "aligned-by-a-call.joblib": _joblib, "legacy.bin": _torch}
READ_BY |= {"half-a-script.bin": _torch, "export.bin": _torch}


@pytest.mark.parametrize("name", READ_BY)
def test_what_a_second_reading_found_does_run_in_its_own_reader(name: str, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("joblib")
    mark = tmp_path / "ran"
    trick = next(t for t in build.made(afresh.MAKERS, str(mark)) if t.name == name)
    (tmp_path / name).write_bytes(trick.files[name])
    with contextlib.suppress(pickle.UnpicklingError):  # torch goes on to read, and finds no more
        READ_BY[name](tmp_path / name)
    assert mark.exists()


REACHED = ("set-block", "macro", "percent", "piece", "keyword", "loop", "argument", "namespace", "namespace-made")
REACHED += ("rest-of-arguments", "item-before", "appended")


@pytest.mark.parametrize("name", REACHED)
def test_templates_of_a_second_reading_do_reach_a_hidden_attribute(name: str) -> None:
    from jinja2 import Environment

    assert Environment(autoescape=True).from_string(afresh.CHAINS[name]).render().startswith("&lt;class")


def test_pickled_boosters_of_both_libraries_are_approved_and_followed(tmp_path: Path) -> None:
    """Honest ones of the current versions; and native bytes that cannot be followed say so plainly."""
    xgboost, lightgbm = pytest.importorskip("xgboost"), pytest.importorskip("lightgbm")
    import numpy as np

    x = np.random.default_rng(0).normal(size=(80, 3))
    y = (x[:, 0] > 0).astype(int)
    models = (
        xgboost.XGBClassifier(n_estimators=3, n_jobs=1),
        xgboost.XGBClassifier(n_estimators=3, n_jobs=1, booster="dart"),
        xgboost.XGBRegressor(n_estimators=3, n_jobs=1, booster="gblinear"),
        lightgbm.LGBMClassifier(n_estimators=300, n_jobs=1, verbosity=-1, min_child_samples=2),
        lightgbm.LGBMRegressor(n_estimators=3, n_jobs=1, verbosity=-1, linear_tree=True),
    )
    for i, model in enumerate(models):
        for protocol in (2, 5):
            path = tmp_path / f"{i}-{protocol}.pkl"
            path.write_bytes(pickle.dumps(model.fit(x, y), protocol))
            assert not inspect_file(path).reasons, inspect_file(path).sentence()
    raw = (tmp_path / "0-5.pkl").read_bytes()
    at = raw.index(b"left_children[$l#L") + len(b"left_children[$l#L") + 8
    (tmp_path / "circle.pkl").write_bytes(raw[:at] + (9_999).to_bytes(4, "big") + raw[at + 4 :])
    (reason,) = inspect_file(tmp_path / "circle.pkl").reasons
    assert "booster inside it" in reason.text
    assert "children outside" in reason.text
