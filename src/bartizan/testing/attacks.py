"""What every attack, hazard, scanner and certifier promises."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from bartizan.core import plugins
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Measured
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.errors import UsageError
from bartizan.core.profile import Condition, Effort, NotApplicable, Profile
from bartizan.core.view import View

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

    There is a positive control for each access and norm, which must succeed, and a negative one, which must fail, both
    by the referee's measure. The attack must be
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
    _check_spending(cls, control.budget, played.view)
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
        promise(
            profile.queries is None or proposal.queries is None or proposal.queries <= profile.queries,
            f"{where} asks for {proposal.queries} queries in all where the interface allows {profile.queries}",
        )
    labels = [(p.label, str(sorted(p.params.items(), key=str))) for p in proposals]
    promise(len(set(labels)) == len(labels), f"{where} proposes the same trial twice")


def _check_controls(cls: type[Attack], controls: tuple[Control, ...]) -> None:
    kinds, id_ = [c.kind for c in controls], cls.spec.id
    promise("positive" in kinds, f"{id_} has no positive control: nobody could tell that it works")
    promise(
        "negative" in kinds or cls.spec.no_negative_control.strip(),
        f"{id_} has no negative control: nobody could tell that it does not always succeed. Give it one, or say in "
        "spec.no_negative_control why there can be none",
    )
    names = [c.name for c in controls]
    promise(len(set(names)) == len(names), f"two controls of {id_} have one name")
    for control in controls:
        fits = any(control.access.allows(*need) for need in cls.spec.needs)
        promise(fits, f"the control {control.name!r} of {id_} grants none of the spec's needs")
        cls.params.model_validate(control.params)
    _check_coverage(cls, [c for c in controls if c.kind == "positive"])


def _check_coverage(cls: type[Attack], positive: list[Control]) -> None:
    """A trial counts only by controls of its own access and norm, so there is one of each that can be planned."""
    covered = {(c.access.name, _norm(cls, c.params)) for c in positive}
    accesses = {Access(capabilities=need).name for need in cls.spec.needs}
    missing = sorted({(a, n) for a in accesses for n in _norms(cls)} - covered)
    said = ", ".join(" and ".join(part for part in pair if part) for pair in missing)
    promise(not missing, f"{cls.spec.id} has no positive control for {said}, with which it can be planned")


def _norms(cls: type[Attack]) -> set[str]:
    """The norms it proposes trials in; one without a name where it knows none."""
    found: set[str] = set()
    for profile in PROFILES:
        try:
            found |= {_norm(cls, p.params) for p in cls().propose(profile, "quick")}
        except NotApplicable:
            continue
    return found


def _norm(cls: type[Attack], params: dict[str, Any]) -> str:
    return str(getattr(cls.params.model_validate(params), "norm", ""))


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
        _check_spending(cls, budget, view)


def _check_spending(cls: type[Attack], budget: Budget, view: View) -> None:
    """No more than allowed in all; where each example has its own allowance only, no more than those together."""
    limit, each, spent = budget.queries, budget.queries_per_example, view.meter.queries
    if limit is None and each is not None:
        limit = each * len(view.probe)
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
