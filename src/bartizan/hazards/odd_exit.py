"""Leaving the operational design domain: the same corruptions, just beyond the edge that was stated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Literal

from bartizan.core import plugins
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, Control, Proposal
from bartizan.core.errors import UsageError
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View
from bartizan.hazards.controls import constant_reader, template_reader
from bartizan.hazards.corruption import DRAWS, EXAMPLES, Corruption, hazard_spec, run_sweep, sweep_of
from bartizan.hazards.severity import Sweep


class OddExitParams(Sweep):
    """`kind` names the corruption; severities are drawn beyond the range, as far as `reach` times its width."""

    kind: str = "gaussian_noise"
    low: float = 0.0
    high: float = 0.1
    region: Literal["inside", "beyond"] = "beyond"


class OddExit(Attack):
    """Answers given just outside the domain: a model that fails there without abstaining needs a guard at the edge."""

    spec = hazard_spec(
        "odd_exit",
        "Leaving the operating domain",
        "Draws conditions just beyond the edge of the stated domain, where nobody promised anything.",
        threats=("H1",),
        goal="a wrong answer just outside the operational design domain",
        harm="failure_beyond",
        bounded=False,
        modalities=("image", "tabular"),
    )
    params: ClassVar[type[Sweep]] = OddExitParams

    def run(self, view: View, *, params: Any, seed: int) -> Artifact:
        return run_sweep(corruption_named(params.kind), view, params, seed)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """One sweep beyond the edge for each condition whose kind is installed."""
        self.check(profile)
        known = [id for id, cls in plugins.plugins("hazards").items() if issubclass(cls, Corruption)]
        usable = [c for c in profile.conditions if c.kind in known and profile.modality in _modalities(c.kind)]
        if not usable:
            raise NotApplicable("the operational design domain names no condition that an installed hazard varies")
        return [
            Proposal(
                params=self.params(**sweep_of(c), draws=DRAWS[effort]).model_dump(mode="json"),
                examples=EXAMPLES[effort] // 2,
                label=f"beyond {c.name}",
            )
            for c in usable
        ]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        """As for the corruption it draws by default."""
        params = cls.params().model_dump(mode="json")
        both = template_reader("image", params), constant_reader("image", params)
        positive, negative = (replace(c, harm=cls.spec.harm) for c in both)
        return positive, negative


def corruption_named(kind: str) -> Corruption:
    """The installed corruption of that kind. Raises `UsageError` when there is none, or it is not a corruption."""
    hazard = plugins.attack("hazard", kind)
    if not isinstance(hazard, Corruption):
        raise UsageError(f"the hazard '{kind}' is not a corruption by one severity, so it has no edge to go beyond")
    return hazard


def _modalities(kind: str) -> tuple[Literal["image", "tabular"], ...]:
    return corruption_named(kind).spec.modalities if kind != OddExit.spec.id else ()
