"""What every attack, hazard, scanner and certifier promises."""

from __future__ import annotations

import re

import numpy as np

from bartizan.core import plugins
from bartizan.core.artifact import Measured
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.errors import UsageError
from bartizan.core.profile import Condition, Effort, NotApplicable, Profile

from .controls import Played, attack_once, harm_of, play, tight, unlike
from .imports import check_imports_without
from .say import check_params, check_spec, check_threats, promise

_CONDITIONS = tuple(
    Condition(name=kind, kind=kind, low=0.0, high=1.0)
    for kind in ("gaussian_noise", "brightness", "contrast", "blur", "rotation", "feature_shift")
)
PROFILES = (
    Profile(
        model="images",
        bounds=(0.0, 1.0),
        differentiable=True,
        retrainable=True,
        classes=10,
        norms=(("linf", 0.1), ("l2", 1.0)),
        conditions=_CONDITIONS,
        records=1000,
    ),
    Profile(model="images behind a limit", bounds=(0.0, 255.0), classes=2, queries=50),
    Profile(model="a table", modality="tabular", classes=2, retrainable=True, conditions=_CONDITIONS),
    Profile(model="nothing known"),
)
EFFORTS: tuple[Effort, ...] = ("quick", "standard", "deep")


def check_attack(cls: type[Attack], *, imports: bool = True) -> None:
    """The whole contract: the spec and parameters, proposals for several systems, and the controls.

    A positive control must succeed, a negative one must fail, both by the referee's measure. The attack must be
    deterministic by its seed, keep to its access and budget, leave global random state alone, and import where torch
    is not installed (`imports=False` skips this, which takes a fresh process).
    """
    check_spec(cls, AttackSpec)
    check_params(cls)
    _check_spec(cls.spec)
    if imports:
        check_imports_without(cls.__module__)
    for profile in PROFILES:
        for effort in EFFORTS:
            _check_proposals(cls, profile, effort)
    controls = cls.controls()
    _check_controls(cls, controls)
    for control in controls:
        check_control(cls, control)
    first = next(c for c in controls if c.kind == "positive")
    _check_determinism(cls, first)
    _check_thrift(cls, first)


def check_control(cls: type[Attack], control: Control) -> Played:
    """The attack does on this control what the control says it must."""
    played = play(cls, control)
    _check_measured(cls, played.measured)
    value = harm_of(control, played.measured)
    what = f"{cls.spec.id} on the {control.kind} control {control.name!r} has {control.harm} {value:.3g}"
    if control.kind == "positive":
        promise(value >= control.threshold, f"{what}, and must reach {control.threshold:g}")
    else:
        promise(value <= control.threshold, f"{what}, and must not exceed {control.threshold:g}")
    return played


def _check_spec(spec: AttackSpec) -> None:
    check_threats(spec.threats, f"{spec.id}.spec.threats")
    promise(spec.goal.strip(), f"{spec.id}.spec needs a goal")
    promise(re.fullmatch(r"[a-z0-9_]+", spec.harm), f"{spec.id}.spec.harm must name an estimand of the referee")
    promise(spec.needs, f"{spec.id}.spec.needs is empty; ((),) says that no capability is needed")
    promise(spec.modalities, f"{spec.id}.spec.modalities is empty")
    try:
        plugins.referee(spec.family)
    except UsageError as error:
        raise AssertionError(str(error)) from error


def _check_proposals(cls: type[Attack], profile: Profile, effort: Effort) -> None:
    where = f"{cls.spec.id}.propose({profile.model!r}, {effort!r})"
    try:
        proposals = cls().propose(profile, effort)
    except NotApplicable as reason:
        promise(str(reason).strip(), f"{where} does not apply, and must say why")
        return
    promise(isinstance(proposals, list) and proposals, f"{where} must return proposals, or raise NotApplicable")
    for proposal in proposals:
        promise(isinstance(proposal, Proposal), f"{where} must return a list of Proposal")
        cls.params.model_validate(proposal.params)
        promise(proposal.seconds > 0 and proposal.examples >= 0, f"{where} asks for no time or for negative examples")
        asked = proposal.queries_per_example
        promise(
            profile.queries is None or asked is None or asked <= profile.queries,
            f"{where} asks for {asked} queries an example where the interface allows {profile.queries}",
        )
    labels = [(p.label, str(sorted(p.params.items(), key=str))) for p in proposals]
    promise(len(set(labels)) == len(labels), f"{where} proposes the same trial twice")


def _check_controls(cls: type[Attack], controls: tuple[Control, ...]) -> None:
    kinds = [c.kind for c in controls]
    promise("positive" in kinds, f"{cls.spec.id} has no positive control: nobody could tell that it works")
    names = [c.name for c in controls]
    promise(len(set(names)) == len(names), f"two controls of {cls.spec.id} have one name")
    for control in controls:
        fits = any(control.access.allows(*need) for need in cls.spec.needs)
        promise(fits, f"the control {control.name!r} of {cls.spec.id} grants none of the spec's needs")
        cls.params.model_validate(control.params)


def _check_determinism(cls: type[Attack], control: Control) -> None:
    one, _ = attack_once(cls(), control, seed=7)
    two, _ = attack_once(cls(), control, seed=7)
    odd = unlike(one, two)
    promise(not odd, f"{cls.spec.id} gives other {', '.join(odd)} when run again with the same seed")
    promise(one.claims == two.claims, f"{cls.spec.id} claims something else when run again with the same seed")


def _check_thrift(cls: type[Attack], control: Control) -> None:
    """With hardly any budget, the best found so far comes back, and nothing is overspent."""
    for budget in tight(control.budget, control):
        _, view = attack_once(cls(), control, seed=0, budget=budget)
        limit, spent = budget.queries, view.meter.queries
        promise(limit is None or spent <= limit, f"{cls.spec.id} spent {spent} queries of {limit}")


def _check_measured(cls: type[Attack], measured: Measured) -> None:
    who = f"the referee of {cls.spec.family}"
    for m in measured.measurements:
        promise(np.isfinite([m.value, m.low, m.high]).all(), f"{who} gave a {m.estimand} that is not finite")
        promise(m.low <= m.high, f"{who} gave an interval of {m.estimand} that is upside down")
        promise(m.low - 1e-9 <= m.value <= m.high + 1e-9 or m.n == 0, f"{who} gave a {m.estimand} outside its interval")
    lengths = {n: len(measured.arrays[n]) for n in ("reached", "tries", "size") if n in measured.arrays}
    promise(len(set(lengths.values())) <= 1, f"{who} gave arrays of different lengths: {lengths}")
    odd = [f.id for f in measured.flags if not re.fullmatch(r"[a-z0-9_]+", f.id)]
    promise(not odd, f"{who} raised flags that cannot be headings: {odd}")
