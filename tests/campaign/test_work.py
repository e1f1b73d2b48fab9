from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.campaign.work import Job, Laid, Result, execute
from bartizan.core.artifact import Artifact
from bartizan.core.trial import Subject
from bartizan.core.vocabulary import Outcome


@pytest.mark.parametrize(
    ("mode", "outcome", "reason"),
    [
        ("well", Outcome.MEASURED, ""),
        ("raises", Outcome.ERROR, "RuntimeError: the sky is falling"),
        ("not_applicable", Outcome.NOT_APPLICABLE, "there is nothing to attack"),
        ("budget", Outcome.BUDGET_SPENT, "one more query would be one too many"),
    ],
)
def test_whatever_a_trial_does_is_evidence(sum_system: Path, trial: Any, mode: str, outcome: str, reason: str) -> None:
    result = execute(Job(trial("t", mode=mode), str(sum_system)))
    assert (result.outcome, result.reason) == (outcome, reason)
    assert result.clock["seconds"] >= 0


def test_a_number_that_is_none_is_an_error_with_a_sentence(sum_system: Path, trial: Any) -> None:
    result = execute(Job(trial("t", mode="nan"), str(sum_system)))
    assert result.outcome is Outcome.ERROR
    assert "\n" not in result.reason


def test_an_unknown_plugin_or_parameter_is_an_error_with_a_sentence(sum_system: Path, trial: Any) -> None:
    assert "no attacks plugin" in execute(Job(trial("t", plugin="lost"), str(sum_system))).reason
    assert "colour" in execute(Job(trial("t", colour="red"), str(sum_system))).reason


def test_an_artifact_that_is_there_already_is_measured_without_attacking(
    sum_system: Path, trial: Any, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    kept = Artifact("file_verdicts", {"draw": np.ones(3)})
    result = execute(Job(trial("t", log=str(log), hits=3), str(sum_system), artifact=kept))
    assert result.outcome is Outcome.MEASURED
    assert result.measured.measurements[0].value == 0.03
    assert not log.exists()


def test_the_meter_is_kept_with_the_artifact_and_in_the_cost(sum_system: Path, trial: Any) -> None:
    result = execute(Job(trial("t", plugin="asker", examples=5), str(sum_system)))
    assert result.artifact is not None
    assert result.artifact.arrays["metered"].tolist() == [1] * 5
    assert (result.cost.queries, result.cost.forwards) == (5, 5)


def test_beyond_the_budget_nothing_is_answered(sum_system: Path, trial: Any) -> None:
    result = execute(Job(trial("t", plugin="asker", examples=5, queries=4), str(sum_system)))
    assert (result.outcome, result.artifact) == (Outcome.BUDGET_SPENT, None)


@pytest.mark.parametrize(("records", "outcome"), [(2, Outcome.BUDGET_SPENT), (3, Outcome.MEASURED)])
def test_no_more_records_are_poisoned_than_the_adversary_may_write(
    sum_system: Path, trial: Any, records: int, outcome: Outcome
) -> None:
    asked = trial("t", plugin="asker", examples=5, alters=3)
    asked = asked.model_copy(update={"budget": asked.budget.model_copy(update={"records": records})})
    assert execute(Job(asked, str(sum_system))).outcome is outcome


def test_the_same_seed_gives_the_same_result_and_another_another(sum_system: Path, trial: Any) -> None:
    def draw(seed: int) -> list[float]:
        result = execute(Job(trial("t", seed=seed), str(sum_system)))
        assert result.artifact is not None
        return list(result.artifact.arrays["draw"])

    assert draw(1) == draw(1) != draw(2)


def control(trial: Any, plugin: str, path: Path) -> Result:
    return execute(Job(trial("c", plugin=plugin, subject=Subject(kind="control", id=plugin)), str(path)))


def test_every_positive_control_must_be_broken(sum_system: Path, trial: Any) -> None:
    assert [m.value for m in control(trial, "stand_in", sum_system).measured.measurements] == [1, 1]
    feeble = control(trial, "feeble", sum_system).measured.measurements
    assert [(m.at["control"], m.value) for m in feeble] == [("broken", 1), ("unbroken", 0)]


def test_a_defence_is_fitted_measured_and_laid_over(sum_system: Path, trial: Any) -> None:
    on = trial("d", plugin="asker").model_copy(
        update={"kind": "defense", "plugin": "stand_in_defense", "params": {}}
    )  # fmt: skip
    result = execute(Job(on, str(sum_system)))
    assert result.outcome is Outcome.MEASURED, result.reason
    assert result.artifact is not None
    assert result.artifact.arrays["records"].tolist() == [40]
    accuracy = [m for m in result.measured.measurements if m.estimand == "accuracy"]
    assert [(m.at["when"], m.value) for m in accuracy] == [("before", 1.0), ("after", 1.0)]
    assert set(result.clock) >= {"latency_before", "latency_after", "training_cpu_seconds"}
    laid = Laid("stand_in_defense", {}, 0, "key", result.artifact.arrays)
    again = execute(Job(trial("t", plugin="asker", examples=3), str(sum_system), laid=(laid,)))
    assert again.outcome is Outcome.MEASURED


def test_gradients_that_a_file_promised_and_did_not_keep_are_no_error(sum_system: Path, trial: Any) -> None:
    asked = trial("t").model_copy(update={"plugin": "apgd", "version": 1, "params": {}})
    result = execute(Job(asked, str(sum_system)))
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert "needs gradients" in result.reason
