from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.campaign import work
from bartizan.campaign.run import Campaign
from bartizan.core import plugins
from bartizan.core.errors import StoreError
from bartizan.core.trial import Subject
from bartizan.core.vocabulary import Outcome
from bartizan.store.store import Store


def outcomes(campaign: Campaign) -> dict[str, str]:
    return {name: str(e.outcome) for name, e in campaign.evidence.items()}


def bodies(root: Path) -> dict[str, bytes]:
    """Everything stored but the clocks."""
    found = {}
    for path in sorted(root.glob("*/*/*")):
        raw = path.read_bytes()
        if path.name == "record.json":
            whole = json.loads(raw)
            del whole["clock"]
            raw = json.dumps(whole).encode()
        found[str(path.relative_to(root))] = raw
    return found


def test_measured_trials_are_never_repeated(bench: Any, trial: Any) -> None:
    trials = [trial("a", hits=1), trial("b", hits=2)]
    first = bench.run(*trials)
    assert sorted(bench.executor.ran) == ["a", "b"]
    again = bench.run(*trials, trial("c", hits=3))
    assert bench.executor.ran == ["c"]
    assert again.evidence["a"] == first.evidence["a"]


@pytest.mark.parametrize("mode", ["not_applicable", "budget"])
def test_neither_are_those_whose_answer_is_final(bench: Any, trial: Any, mode: str) -> None:
    bench.run(trial("a", mode=mode))
    assert set(outcomes(bench.run(trial("a", mode=mode))).values()) <= {"not_applicable", "budget_spent"}
    assert bench.executor.ran == []


def test_errors_are_kept_and_tried_again(bench: Any, trial: Any) -> None:
    assert outcomes(bench.run(trial("a", mode="raises"))) == {"a": "error"}
    with Store(bench.root) as store:
        kept = store.evidence(store.ids()[0])
        assert kept is not None
        assert kept.reason == "RuntimeError: the sky is falling"
    bench.run(trial("a", mode="raises"))
    assert bench.executor.ran == ["a"]


def test_what_an_attack_made_outlives_a_referee_that_fails(
    bench: Any, trial: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    with monkeypatch.context() as broken:
        broken.setattr(type(plugins.referee("defenses")), "measure", lambda *_, **__: 1 / 0)
        failed = bench.run(trial("a", log=str(log), hits=3))
    assert outcomes(failed) == {"a": "error"}
    assert failed.evidence["a"].reason == "what it made could not be measured: ZeroDivisionError: division by zero"
    again = bench.run(trial("a", log=str(log), hits=3))
    assert outcomes(again) == {"a": "measured"}
    assert log.read_text() == "3\n"  # attacked once


def test_another_name_or_finding_for_the_same_work_is_no_new_work(bench: Any, trial: Any) -> None:
    bench.run(trial("a", answers=("E1@m",)))
    again = bench.run(trial("b", answers=("E2@m",)))
    assert bench.executor.ran == []
    assert again.evidence["b"].trial.answers == ("E2@m",)


def test_two_trials_that_are_the_same_work_are_done_once(bench: Any, trial: Any, tmp_path: Path) -> None:
    log = tmp_path / "log"
    found = bench.run(trial("a", log=str(log)), trial("b", log=str(log)))
    assert outcomes(found) == {"a": "measured", "b": "measured"}
    assert log.read_text() == "0\n"
    assert found.evidence["b"].trial.name == "b"


def test_a_trial_gets_the_artifacts_of_those_it_waits_for(bench: Any, trial: Any) -> None:
    campaign = bench.run(trial("second", after=("first",), hits=2), trial("first"))
    assert bench.executor.ran == ["first", "second"]
    kept = campaign.store.artifact(campaign.evidence["second"].artifact)
    assert kept is not None
    assert kept[0].claims["earlier"] == ["first"]


def test_another_earlier_artifact_makes_another_key(bench: Any, trial: Any) -> None:
    one = bench.run(trial("first"), trial("second", after=("first",), hits=2)).evidence["second"].id
    other = bench.run(trial("first", seed=1), trial("second", after=("first",), hits=2)).evidence["second"].id
    assert one != other


def test_what_waits_for_a_failure_is_skipped_with_the_reason_and_tried_again(bench: Any, trial: Any) -> None:
    found = bench.run(
        trial("first", mode="raises"), trial("second", after=("first",)), trial("third", after=("second",))
    )
    assert outcomes(found) == {"first": "error", "second": "skipped", "third": "skipped"}
    assert "first" in found.evidence["second"].reason
    assert outcomes(bench.run(trial("first"), trial("second", after=("first",)))) == {
        "first": "measured",
        "second": "measured",
    }


def test_what_waits_for_nothing_planned_is_skipped_with_the_reason(bench: Any, trial: Any) -> None:
    found = bench.run(trial("lonely", after=("godot",)), trial("follower", after=("lonely",)), trial("well", hits=1))
    assert outcomes(found) == {"lonely": "skipped", "follower": "skipped", "well": "measured"}
    assert found.evidence["lonely"].reason == "needs godot, which is not planned"


def test_trials_that_wait_for_each_other_do_not_hang_the_campaign(bench: Any, trial: Any) -> None:
    found = bench.run(trial("a", after=("b",)), trial("b", after=("a",)), trial("c", after=("c",)), trial("d"))
    assert outcomes(found) == {"a": "skipped", "b": "skipped", "c": "skipped", "d": "measured"}


def test_a_defended_subject_has_keys_of_its_own(bench: Any, trial: Any) -> None:
    on = trial("shield", plugin="asker").model_copy(
        update={"kind": "defense", "plugin": "stand_in_defense", "params": {}}
    )
    asked = trial("asked", plugin="asker", examples=4)
    treated = Subject(kind="target", id="model", treatments=("shield",))
    again = asked.model_copy(update={"name": "asked|shield", "subject": treated})
    found = bench.run(on, asked, again)
    assert set(outcomes(found).values()) == {"measured"}
    assert found.evidence["asked"].id != found.evidence["asked|shield"].id
    assert found.evidence["asked"].subject_digest != found.evidence["asked|shield"].subject_digest


def test_what_a_limit_of_queries_leaves_alone_is_not_attacked_again(bench: Any, trial: Any) -> None:
    limit = trial("limit", plugin="query_budget").model_copy(update={"kind": "defense", "params": {"queries": 3}})
    asked = trial("asked", plugin="asker", examples=4)
    treated = Subject(kind="target", id="model", treatments=("limit",))
    again = asked.model_copy(update={"name": "asked|limit", "subject": treated})
    less = again.model_copy(update={"name": "less|limit", "budget": asked.budget.at_most(2)})
    found = bench.run(limit, asked, again, less)
    assert set(outcomes(found).values()) == {"measured"}
    assert found.evidence["asked|limit"].id == found.evidence["asked"].id
    assert found.evidence["asked|limit"].trial.subject.treatments == ("limit",)
    assert found.evidence["less|limit"].id != found.evidence["asked"].id


def test_costs_are_measured_anew_in_other_classes_without_fitting_again(bench: Any, trial: Any) -> None:
    on = trial("shield", plugin="asker").model_copy(
        update={"kind": "defense", "plugin": "stand_in_defense", "params": {}}
    )
    plain = bench.path.read_text().replace("plugin: sum,", "plugin: sum, class_names: [dark, light],")
    bench.path.write_text(plain)
    before = bench.run(on).evidence["shield"]
    work._open.cache_clear()
    bench.path.write_text("use: {metric: {kind: precision_recall, positive: [dark, 1]}}\n" + plain)
    after = bench.run(on).evidence["shield"]
    assert before.measurement("recall") is None
    assert [after.measurement("recall", **{"class": c}) is not None for c in (0, 1)] == [True, True]
    assert after.artifact == before.artifact


@pytest.mark.parametrize("what", ["data", "options"])
def test_another_model_or_other_data_is_measured_anew(bench: Any, trial: Any, what: str) -> None:
    asked = trial("asked", plugin="asker", examples=4)
    bench.run(asked)
    if what == "data":
        x = np.zeros((40, 1, 4, 4), np.float32)
        np.savez(bench.path.parent / "test.npz", x=x, y=np.zeros(40, np.int64))
    else:
        bench.path.write_text(bench.path.read_text().replace("plugin: sum,", "plugin: sum, options: {a: 1},"))
    bench.run(asked)
    assert bench.executor.ran == ["asked"]
    bench.run(asked)
    assert bench.executor.ran == []


def test_the_same_campaign_leaves_the_same_bytes(bench: Any, trial: Any, tmp_path: Path) -> None:
    trials = [trial("a", hits=1), trial("b", after=("a",)), trial("asked", plugin="asker", examples=3)]
    bench.run(*trials)
    first = bodies(bench.root)
    shutil.rmtree(bench.root)
    bench.run(*trials)
    assert bodies(bench.root) == first


def test_a_run_killed_between_artifact_and_evidence_ends_in_the_same_bytes(
    bench: Any, trial: Any, tmp_path: Path
) -> None:
    asked = trial("asked", plugin="asker", examples=4)
    first = bench.run(asked)
    whole = bodies(bench.root)
    shutil.rmtree(bench.root / "evidence")
    again = bench.run(asked)
    assert again.evidence["asked"] == first.evidence["asked"]
    assert again.evidence["asked"].cost.queries == 4
    assert bodies(bench.root) == whole


def test_damaged_evidence_is_measured_again_and_reported(bench: Any, trial: Any) -> None:
    first = bench.run(trial("a", hits=1), trial("b", hits=2))
    broken = bench.root / "evidence" / first.evidence["a"].id
    (broken / "record.json").write_text((broken / "record.json").read_text().replace("0.01", "0.00"))
    again = bench.run(trial("a", hits=1), trial("b", hits=2))
    assert bench.executor.ran == ["a"]
    assert again.evidence == first.evidence
    assert len(bench.damaged) == 1


@pytest.mark.parametrize("mode", ["text_array", "odd_claim"])
def test_what_cannot_be_stored_is_an_error_of_that_trial_alone(bench: Any, trial: Any, mode: str) -> None:
    found = bench.run(trial("odd", mode=mode), trial("well", hits=1))
    assert outcomes(found) == {"odd": "error", "well": "measured"}
    assert "stored" in found.evidence["odd"].reason


def test_a_full_disk_stops_the_campaign_and_loses_nothing(
    bench: Any, trial: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = bench.run(trial("a", hits=1)).evidence["a"]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreError, match="is full"):
        bench.run(trial("a", hits=1), trial("b", hits=2))
    monkeypatch.undo()
    with Store(bench.root) as store:
        assert store.ids() == [kept.id]
        assert store.evidence(kept.id) == kept
    assert os.listdir(bench.root / "evidence") == [kept.id]


def test_progress_is_told_of_every_trial_once(bench: Any, trial: Any) -> None:
    class Noting:
        def __init__(self) -> None:
            self.total, self.done = 0, {}  # type: ignore[var-annotated]

        def started(self, total: int) -> None:
            self.total += total

        def finished(self, trial: Any, evidence: Any, cached: bool) -> None:
            assert trial.name not in self.done
            self.done[trial.name] = (str(evidence.outcome), cached)

    bench.run(trial("a"))
    noting = Noting()
    bench.run(trial("a"), trial("b", mode="raises"), trial("c", after=("b",)), progress=noting)
    assert noting.total == 3
    assert noting.done == {"a": ("measured", True), "b": ("error", False), "c": ("skipped", False)}


def test_a_second_call_builds_on_the_first(bench: Any, trial: Any) -> None:
    campaign = bench.run(trial("first"))
    with campaign.store:
        found = campaign.run([trial("first"), trial("second", after=("first",), hits=1)])
    assert list(found) == ["first", "second"]
    assert bench.executor.ran == ["first", "second"]
    assert found["second"].outcome is Outcome.MEASURED


def test_in_which_order_trials_finish_does_not_show(bench: Any, trial: Any) -> None:
    campaign = bench.run(trial("second", after=("first",), hits=2), trial("first"))
    assert list(campaign.evidence) == ["first", "second"]
    assert list(campaign.in_order()) == ["second", "first"]


def test_evidence_stands_in_the_order_of_the_plan_however_it_came(bench: Any, trial: Any) -> None:
    bench.run(trial("b", hits=2))
    found = bench.run(trial("a", after=("c",)), trial("b", hits=2), trial("c", hits=3))
    assert list(found.in_order()) == ["a", "b", "c"]
