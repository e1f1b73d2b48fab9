"""Whether the failure of an attack says anything about the model it failed on."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.core import plugins
from bartizan.core.evidence import Evidence
from bartizan.core.vocabulary import Outcome


def adequate(evidence: Mapping[str, Evidence], trial: Evidence) -> bool:
    """Whether it may count: more than a baseline, its positive control in `evidence` passed, and nothing flagged."""
    control = evidence.get(f"control:{trial.trial.plugin}")
    if control is None or control.outcome is not Outcome.MEASURED or trial.flags or is_baseline(trial):
        return False
    passed = [m.value for m in control.measurements if m.estimand == "control_passed"]
    return bool(passed) and min(passed) >= 1.0


def is_baseline(trial: Evidence) -> bool:
    """Whether the attack is one that every real attack must beat, so that to withstand it proves little."""
    return plugins.attack(trial.trial.kind, trial.trial.plugin).spec.baseline
