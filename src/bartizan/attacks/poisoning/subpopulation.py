"""Subpopulation poisoning: a group that looks alike gets a wrong label, and nobody else notices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.attacks.poisoning.aiming import AimedParams, aimed_at, dosed_proposals, most_records, poison_of
from bartizan.attacks.poisoning.controls import aimed_controls
from bartizan.attacks.poisoning.label_flip import nearest_other
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array, Data
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.clusters import Clusters, clusters
from bartizan.numerics.seeds import child


class SubpopulationParams(AimedParams):
    """groups: clusters that the records are divided into, of which one is aimed at."""

    groups: int = Field(default=20, ge=2)


class Subpopulation(Attack):
    """Overwrites records by copies of one cluster's under the label that this cluster looks most like besides."""

    spec = AttackSpec(
        id="subpopulation",
        title="Subpopulation poisoning",
        summary="Turns the model against one group of similar inputs and leaves its accuracy elsewhere as it was.",
        references=("jagielski2021",),
        family="poisoning",
        threats=("P2",),
        needs=((Capability.DATA_WRITE,),),
        game="poison",
        makes="poisoned_set",
        goal="inputs of one group err, the rest are answered as before",
        harm="targeted_success",
        retrainable=True,
        retrainings=9,
        cost_hint="seeds × (doses + 1) trainings",
    )
    params = SubpopulationParams

    def run(self, view: View, *, params: SubpopulationParams, seed: int) -> Artifact:
        """See `aiming.poison_of`; aimed at the probes of the group's class in the group."""
        clean, probe = view.writable, view.probe
        found = clusters(clean.x, params.groups, child(seed, "groups"))
        own = found.of(clean.x)
        group, label = chosen_group(clean, own, found, probe.x, seed)
        wrong = wrong_label(clean, own == group, label, view.info.classes)
        members = np.flatnonzero((own == group) & (clean.y == label))
        index, x = copies(clean, members, most_records(params, view), seed)
        victim = np.flatnonzero((found.of(probe.x) == group) & (probe.y == label))
        artifact = poison_of(view, params, index, np.full(len(index), wrong), x)
        return aimed_at(artifact, victim, np.full(len(victim), wrong))

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        doses = ((0.01, 0.03), (0.002, 0.005, 0.01, 0.02, 0.05))
        return dosed_proposals(SubpopulationParams(), self.spec.title, effort, doses)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return aimed_controls(SubpopulationParams(doses=(0.5,), seeds=1, groups=3).model_dump(mode="json"), 200)


def chosen_group(clean: Data, own: NDArray[np.int64], found: Clusters, probes: Array, seed: int) -> tuple[int, int]:
    """A cluster at random among those that hold at least half as many probes as the average one, and its class."""
    held = np.bincount(found.of(probes), minlength=len(found.centres))
    usual = np.bincount(own, minlength=len(found.centres)) > 0
    fit = np.flatnonzero((held >= held.mean() / 2) & usual)
    group = int(np.random.default_rng(child(seed, "group")).choice(fit if len(fit) else np.flatnonzero(usual)))
    return group, int(np.bincount(clean.y[own == group]).argmax())


def wrong_label(clean: Data, inside: NDArray[np.bool_], label: int, classes: int) -> int:
    """The class that the group's records look most like besides their own."""
    nearest, _ = nearest_other(clean.x, clean.y, classes)
    return int(np.bincount(nearest[inside & (clean.y == label)], minlength=classes).argmax())


def copies(clean: Data, members: NDArray[np.int64], n: int, seed: int) -> tuple[NDArray[np.int64], Array]:
    """`n` positions outside the group, and what is written there: its records over and over."""
    rng = np.random.default_rng(child(seed, "copies"))
    outside = rng.permutation(np.setdiff1d(np.arange(len(clean)), members)).astype(np.int64)
    index = outside[: n if len(members) else 0]
    return index, clean.x[rng.permutation(members)[np.arange(len(index)) % max(len(members), 1)]]
