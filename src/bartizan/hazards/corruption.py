"""What all corruptions share: which conditions they answer, how they draw, and what they hand to the referee."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array, Data, Feature
from bartizan.core.errors import BudgetSpent
from bartizan.core.profile import Condition, Effort, NotApplicable, Profile
from bartizan.core.target import TargetInfo
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.hazards.controls import constant_reader, template_reader
from bartizan.hazards.severity import Severity, Sweep, draw

EXAMPLES: dict[Effort, int] = {"quick": 800, "standard": 1500, "deep": 5000}
DRAWS: dict[Effort, int] = {"quick": 3, "standard": 10, "deep": 30}


def hazard_spec(id: str, title: str, summary: str, *, version: int = 1, **more: Any) -> AttackSpec:
    """The spec of a hazard: no adversary, so nothing but labels is asked for."""
    return AttackSpec(
        **{
            "id": id,
            "version": version,
            "title": title,
            "summary": summary,
            "references": ("hendrycks2019",),
            "family": "hazards",
            "threats": ("H2",),
            "needs": ((Capability.LABELS,),),
            "makes": "perturbed_inputs",
            "goal": "a wrong answer under a condition of the operational design domain",
            "harm": "failure_probability",
            "bounded": True,
            "modalities": ("image",),
            "cost_hint": "one query for each example, draw and severity",
            **more,
        }
    )


@dataclass(frozen=True)
class Scene:
    """What a corruption needs to know of the inputs besides themselves. `bounds` may be open for tables."""

    bounds: tuple[float, float] = (-math.inf, math.inf)
    features: tuple[Feature, ...] = ()
    feature: str = ""

    @classmethod
    def of(cls, info: TargetInfo, probe: Data, sweep: Sweep) -> Scene:
        """The scene of a target and its data."""
        return cls(info.bounds or (-math.inf, math.inf), probe.features, sweep.feature)


class Corruption(Attack):
    """A change of inputs by one number, the severity. `neutral` changes nothing; `valid` severities have a meaning."""

    params: ClassVar[type[Sweep]]
    neutral: ClassVar[float] = 0.0
    valid: ClassVar[tuple[float, float]] = (-math.inf, math.inf)

    @abstractmethod
    def corrupt(self, x: Array, severity: Severity, *, rng: np.random.Generator, scene: Scene) -> Array:
        """Corrupt example i of `x` (N×…) by `severity[i]`; within `scene.bounds`, same shape, float32."""

    def meaningful(self, sweep: Sweep) -> tuple[float, float]:
        """The lowest and highest severity that has a meaning in this sweep."""
        return self.valid

    def run(self, view: View, *, params: Sweep, seed: int) -> Artifact:
        """Draw severities for every probe example and ask what the system makes of the corrupted ones."""
        return run_sweep(self, view, params, seed)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """One sweep for each condition of this kind."""
        self.check(profile)
        mine = [c for c in profile.conditions if c.kind == self.spec.id]
        if not mine:
            raise NotApplicable(f"the operational design domain names no condition of kind {self.spec.id}")
        return [self._proposal(c, effort) for c in mine]

    def _proposal(self, condition: Condition, effort: Effort) -> Proposal:
        params = self.params(**sweep_of(condition), draws=DRAWS[effort])
        return Proposal(
            params=params.model_dump(mode="json"), examples=EXAMPLES[effort], label=f"{self.spec.id} {condition.name}"
        )

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        """A reader that the least change of its template defeats, and one that answers right whatever it sees."""
        params = cls.params().model_dump(mode="json")
        return template_reader(cls.spec.modalities[0], params), constant_reader(cls.spec.modalities[0], params)


def sweep_of(condition: Condition) -> dict[str, Any]:
    """The fields of a sweep that a condition of the description fills."""
    return {
        "condition": condition.name,
        "kind": condition.kind,
        "low": condition.low,
        "high": condition.high,
        "unit": condition.unit,
        "distribution": condition.distribution,
        "assumed": condition.assumed,
        "feature": condition.feature,
    }


def run_sweep(corruption: Corruption, view: View, sweep: Sweep, seed: int) -> Artifact:
    """The severities drawn (n × draws) and the failures seen; a draw beyond the budget counts as not asked."""
    probe = view.probe
    severity = draw(sweep, len(probe), seed, corruption.meaningful(sweep))
    scene = Scene.of(view.info, probe, sweep)
    failed = np.zeros(severity.shape, np.bool_)
    asked = 0
    try:
        for column in range(sweep.draws):
            corrupted = corruption.corrupt(probe.x, severity[:, column], rng=noise_source(seed, column), scene=scene)
            failed[:, column] = view.labels(corrupted, of=np.arange(len(probe), dtype=np.int64)) != probe.y
            asked += 1
    except BudgetSpent:
        pass
    claims = {"failures": int(failed.sum()), "draws": asked, "seed": seed}
    return Artifact("perturbed_inputs", {"severity": severity[:, :asked], "failed": failed[:, :asked]}, claims)


def noise_source(seed: int, stream: int) -> np.random.Generator:
    """The generator of draw number `stream`: the referee repeats a corruption from it without storing the inputs."""
    return np.random.default_rng([seed, 1, stream])
