from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.campaign.stale import require_current
from bartizan.campaign.subjects import model_digest
from bartizan.core.assessment import Assessment
from bartizan.core.errors import UsageError
from bartizan.core.evidence import Evidence
from bartizan.core.plan import Plan
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome
from bartizan.formats.description import read_system


def assessed(system: str, model: str, kind: str = "target") -> Assessment:
    trial = Trial(name="t", kind="attack", plugin="p", version=1, subject=Subject(kind=kind, id="model"))
    one = Evidence(id="e", artifact="a", trial=trial, outcome=Outcome.MEASURED, subject_digest=model)
    return Assessment(tool={}, system={"digest": system}, plan=Plan(effort="quick"), evidence=(one,))


def test_only_what_was_assessed_as_it_is_now_is_current(sum_system: Path) -> None:
    description = read_system(sum_system)
    now = model_digest(description.system.model("model"), description.folder)
    require_current(assessed(description.digest, now), description)
    require_current(assessed(description.digest, "of files", kind="files"), description)
    with pytest.raises(UsageError, match="changed since its last assessment"):
        require_current(assessed("another", now), description)
    with pytest.raises(UsageError, match="the files of the model 'model' changed"):
        require_current(assessed(description.digest, "another"), description)
