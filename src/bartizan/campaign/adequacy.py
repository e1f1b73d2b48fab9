"""Whether the failure of an attack says anything about the model it failed on."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.core import plugins
from bartizan.core.artifact import Measurement
from bartizan.core.evidence import Evidence
from bartizan.core.vocabulary import Outcome


def adequate(evidence: Mapping[str, Evidence], trial: Evidence) -> bool:
    """Whether it may count: more than a baseline, every positive control of its own norm and access in `evidence`
    passed (and there is one), and no flag raised against its failures."""
    control = evidence.get(f"control:{trial.trial.plugin}")
    if control is None or control.outcome is not Outcome.MEASURED or is_baseline(trial):
        return False
    if any(f.against == "failures" for f in trial.flags):
        return False
    passed = [m.value for m in control.measurements if m.estimand == "control_passed" and _speaks_of(m, trial)]
    return bool(passed) and min(passed) >= 1.0


def _speaks_of(control: Measurement, trial: Evidence) -> bool:
    """A control of one norm or access says nothing of another; what it does not name does not matter to it."""
    own = {"norm": trial.trial.params.get("norm"), "access": trial.trial.access.name}
    return all(control.at.get(name, value) == value for name, value in own.items())


def is_baseline(trial: Evidence) -> bool:
    """Whether the attack is one that every real attack must beat, so that to withstand it proves little."""
    return plugins.attack(trial.trial.kind, trial.trial.plugin).spec.baseline
