from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bartizan.core.artifact import Cost
from bartizan.core.errors import StoreError
from bartizan.core.evidence import Evidence
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome
from bartizan.store.index import Index
from bartizan.store.store import Store


def evidence(key: str, outcome: Outcome = Outcome.MEASURED) -> Evidence:
    trial = Trial(
        name=f"trial {key}", kind="attack", plugin="p", version=1,
        subject=Subject(kind="target", id="m", treatments=("d",)),
    )  # fmt: skip
    return Evidence(id=key, artifact="a", trial=trial, outcome=outcome, cost=Cost(queries=5))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    with Store(tmp_path) as store:
        for key in "cab":
            store.put_evidence(evidence(key, Outcome.ERROR if key == "b" else Outcome.MEASURED), {}, {})
        return store


def test_rows_say_what_the_evidence_says(store: Store) -> None:
    index = Index(store.root / "index.sqlite")
    assert index.sync(store) == index.count() == 3
    rows = index.rows()
    assert [r["id"] for r in rows] == ["a", "b", "c"]
    assert rows[0] == {
        "id": "a", "trial": "trial a", "plugin": "p", "kind": "attack", "subject": "m+d", "outcome": "measured",
        "queries": 5,
    }  # fmt: skip
    assert [r["id"] for r in index.rows(outcome="error")] == ["b"]


def test_a_rebuilt_index_equals_the_one_kept_in_step(store: Store) -> None:
    index = Index(store.root / "index.sqlite")
    index.sync(store)
    store.put_evidence(evidence("d"), {}, {})
    shutil.rmtree(store.root / "evidence" / "a")
    assert index.sync(store) == 3
    kept = index.rows()
    index.close()
    (store.root / "index.sqlite").unlink()
    fresh = Index(store.root / "index.sqlite")
    assert fresh.rebuild(store) == 3
    assert fresh.rows() == kept


def test_adding_the_same_again_replaces(store: Store) -> None:
    index = Index(store.root / "index.sqlite")
    index.add([evidence("a")])
    index.add([evidence("a", Outcome.ERROR)])
    assert [r["outcome"] for r in index.rows()] == ["error"]


def test_evidence_measured_again_is_listed_as_it_is_now(store: Store) -> None:
    index = Index(store.root / "index.sqlite")
    index.sync(store)
    store.put_evidence(evidence("b"), {}, {})
    index.sync(store)
    assert index.rows(outcome="error") == []


def test_a_broken_index_is_made_anew(store: Store) -> None:
    path = store.root / "index.sqlite"
    path.write_bytes(b"this is no database" * 100)
    index = Index(path)
    assert index.sync(store) == 3
    index.close()
    path.write_bytes(path.read_bytes()[:5000])
    assert Index(path).sync(store) == 3


def test_a_store_that_cannot_be_written_is_listed_all_the_same(store: Store) -> None:
    (store.root / "index.sqlite").mkdir()
    assert Index(store.root / "index.sqlite").sync(store) == 3


def test_an_unknown_column_is_one_sentence(store: Store) -> None:
    with pytest.raises(StoreError, match="weather"):
        Index(store.root / "index.sqlite").rows(weather="fine")
