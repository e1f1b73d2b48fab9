"""The referee of backdoors: plants the trigger itself and tries it out, and tries those of a scan on other inputs."""

from __future__ import annotations

from typing import Any, ClassVar

from bartizan.attacks.backdoor.flipped import judge_flips
from bartizan.attacks.backdoor.inhand.judging import judge_scan
from bartizan.attacks.backdoor.planted import judge_trigger
from bartizan.core.artifact import Artifact, Measured
from bartizan.core.contracts import Family, PluginSpec, Referee
from bartizan.core.data import Roles
from bartizan.core.target import Target


class BackdoorReferee(Referee):
    """Triggers are judged by retraining with seeds of its own, scans by the triggers they return, tried out."""

    spec = PluginSpec(
        id="backdoor",
        version=7,
        title="Referee of backdoors",
        summary="How often a planted trigger works, at what cost in accuracy; which class of a model stands out.",
        references=("gu2017", "wang2019", "wang2024mmbd", "clopper1934"),
    )
    family: ClassVar[Family] = "backdoor"
    also: ClassVar[tuple[str, ...]] = ("goal_reached",)

    def measure(self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
        """See `judge_trigger` (artifact kind `trigger`), `judge_flips` (`parameters`) and `judge_scan`."""
        assert subject is not None
        if artifact.kind == "trigger":
            return judge_trigger(subject, roles, artifact, params, seed)
        if artifact.kind == "parameters":
            return judge_flips(subject, roles, artifact, params, seed)
        return judge_scan(subject, roles, artifact, params, seed)
