from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path

import numpy as np
import pytest

from bartizan.core.artifact import Artifact
from bartizan.core.errors import StoreError
from bartizan.core.evidence import Evidence
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome
from bartizan.store.store import Store


def evidence(key: str = "k", **changes: object) -> Evidence:
    trial = Trial(name=f"trial {key}", kind="attack", plugin="p", version=1, subject=Subject(kind="target", id="m"))
    return Evidence(id=key, artifact="a", trial=trial, outcome=Outcome.MEASURED).model_copy(update=changes)


def put(store: Store, key: str = "k") -> None:
    store.put_evidence(evidence(key), {"reached": np.array([True, False])}, {"seconds": 2.0})


def test_evidence_comes_back_equal_with_its_arrays_and_clock(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        put(store)
        assert store.evidence("k") == evidence()
        assert store.arrays("k")["reached"].tolist() == [True, False]
        assert store.clock("k") == {"seconds": 2.0}
        assert store.evidence("other") is None
        assert store.arrays("other") == store.clock("other") == {}
        assert store.ids() == ["k"]


def test_artifacts_come_back_equal(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        made = Artifact("surrogate", {"w": np.eye(2, dtype=np.float32)}, {"queries": 3, "words": ["a"]})
        store.put_artifact("a", made, {"cost": {"queries": 3}}, {})
        kept = store.artifact("a")
        assert kept is not None
        assert (kept[0].kind, kept[0].claims) == (made.kind, made.claims)
        assert (kept[0].arrays["w"] == made.arrays["w"]).all()
        assert kept[1]["cost"] == {"queries": 3}
        assert store.artifact("b") is None


def test_reading_needs_no_lock_and_makes_no_folder(tmp_path: Path) -> None:
    assert Store(tmp_path / "none").ids() == []
    assert not (tmp_path / "none").exists()


def test_what_is_damaged_is_set_aside_reported_and_not_there(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        for _ in range(2):
            put(store)
            (tmp_path / "evidence/k/arrays.safetensors").write_bytes(b"other")
            assert store.evidence("k") is None
            assert store.ids() == []
        assert len(store.damaged) == 2
        assert "arrays were changed" in store.damaged[0]
        assert len(list((tmp_path / "damaged").iterdir())) == 2
        put(store)
        assert store.evidence("k") == evidence()


def test_a_record_of_another_version_counts_as_damaged(tmp_path: Path) -> None:
    from bartizan.store import record

    with Store(tmp_path) as store:
        body = evidence().model_dump(mode="json")
        record.write(tmp_path / "evidence" / "k", {**body, "outcome": "splendid"}, {}, {})
        record.write(tmp_path / "artifacts" / "a", {"no": "kind"}, {}, {})
        assert store.evidence("k") is None
        assert store.artifact("a") is None
        assert len(store.damaged) == 2


def test_a_reader_reports_damage_once_and_moves_nothing(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store)
    (tmp_path / "evidence/k/record.json").write_text("{}")
    reader = Store(tmp_path)
    assert reader.evidence("k") is None
    assert reader.arrays("k") == {}
    assert len(reader.damaged) == 1
    assert (tmp_path / "evidence/k").is_dir()


def test_what_a_killed_run_left_half_written_is_swept_away(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store)
    half = tmp_path / "evidence" / ".k.123"
    half.mkdir()
    (half / "record.json").write_text("{")
    with Store(tmp_path) as store:
        assert not half.exists()
        assert store.evidence("k") == evidence()


def test_a_run_killed_between_the_two_renames_of_a_replacement_loses_nothing(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store)
    (tmp_path / "evidence/k").rename(tmp_path / "evidence/.k.old.123")
    with Store(tmp_path) as store:
        assert store.evidence("k") == evidence()


def test_the_second_run_gets_a_sentence(tmp_path: Path) -> None:
    with Store(tmp_path) as first:
        put(first)
        with pytest.raises(StoreError, match="another run is using"), Store(tmp_path):
            pass
        assert first.evidence("k") == evidence()
    with Store(tmp_path) as store:
        assert store.ids() == ["k"]


def _hold(path: str, ready: object) -> None:
    with Store(Path(path)):
        ready.set()  # type: ignore[attr-defined]
        os.kill(os.getpid(), 9)


def test_a_killed_run_holds_no_lock(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    holder = context.Process(target=_hold, args=[str(tmp_path), ready])
    holder.start()
    holder.join(10)
    assert ready.is_set()
    with Store(tmp_path):
        pass


def test_a_file_where_the_store_should_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("a file")
    for root in (tmp_path / "s", tmp_path / "s" / "deeper"):
        with pytest.raises(StoreError, match="cannot be written") as caught, Store(root):
            pass
        assert "\n" not in str(caught.value)
    assert (tmp_path / "s").read_text() == "a file"


def test_a_read_only_place_is_one_sentence() -> None:
    with pytest.raises(StoreError, match="cannot be written"), Store(Path("/proc/bartizan")):
        pass


def test_a_record_that_is_not_a_folder_is_one_sentence(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        (tmp_path / "evidence" / "k").write_text("a file")
        with pytest.raises(StoreError, match="cannot be read"):
            store.evidence("k")


def test_the_record_on_disk_is_plain_json(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store)
    whole = json.loads((tmp_path / "evidence/k/record.json").read_text())
    assert whole["body"]["outcome"] == "measured"
    assert whole["clock"] == {"seconds": 2.0}
