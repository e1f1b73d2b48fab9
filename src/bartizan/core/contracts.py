"""What a plugin must offer. A plugin is a class with a `spec`, alone in its file, found by its folder.

Every parameter model must have defaults for all fields, so that `params()` is a valid choice.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from .access import Access, Budget
from .artifact import Artifact, ArtifactKind, Measured
from .assessment import Assessment
from .base import Frozen
from .data import Data, Roles
from .profile import Effort, NotApplicable, Profile
from .target import Target
from .view import View
from .vocabulary import Capability

Family = Literal[
    "evasion", "poisoning", "backdoor", "extraction", "privacy", "hazards", "scanners", "certifiers", "defenses"
]


class NoParams(Frozen):
    """For plugins without parameters."""


class PluginSpec(Frozen):
    """What every plugin says of itself. `references` are ids of the bibliography."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    version: int = 1
    title: str
    summary: str
    references: tuple[str, ...] = ()


class Plugin:
    """Base of all plugins: a class with a `spec` and no arguments to its constructor."""

    spec: ClassVar[PluginSpec]


class AttackSpec(PluginSpec):
    """threats: our ids. needs: alternatives of capabilities, any one of which is enough.

    game: how the runner deals out the data (see `campaign.roles`): `probe` (test examples and the adversary's own),
    `poison` (the training set is writable), `membership` (members and non-members, the bits are secret), `attribute`
    (the same, and the column that the parameter `column` names is secret, too), `federated` (records of
    other parties, of which only updates are seen), `files`.
    reads: which files a trial of the game `files` is handed: the model's own, or the description followed by every file
    it names for the model, its data and the software around them.
    uses: artifact kinds of earlier trials this one builds on.
    harm: the referee's estimand a finding is judged by; high is bad.
    retrainings: how many times one trial trains a model, the referee included.
    labels_only: of what it may write it changes labels alone, which takes less than writing records.
    baseline: the least that a real attack must beat. Its successes count; to withstand it proves nothing.
    no_negative_control: why there can be no subject on which it must fail, for the rare attack that has none.
    """

    family: Family
    threats: tuple[str, ...]
    needs: tuple[tuple[Capability, ...], ...]
    game: Literal["probe", "poison", "membership", "attribute", "federated", "files"] = "probe"
    reads: Literal["model", "description"] = "model"
    makes: ArtifactKind
    goal: str
    harm: str
    uses: tuple[ArtifactKind, ...] = ()
    differentiable: bool = False
    retrainable: bool = False
    modalities: tuple[Literal["image", "tabular"], ...] = ("image", "tabular")
    bounded: bool = False
    retrainings: int = 0
    labels_only: bool = False
    baseline: bool = False
    no_negative_control: str = ""
    cost_hint: str = ""


class Proposal(Frozen):
    """A trial an attack would like to run, before access and seed are filled in."""

    params: dict[str, Any] = {}
    examples: int = 100
    queries_per_example: int | None = None
    queries: int | None = None
    seconds: float = 600.0
    label: str = ""


@dataclass(frozen=True)
class Control:
    """A subject on which the truth is known: the attack must succeed on a `positive`, and must fail on a `negative`.

    harm: estimand of the referee that tells; threshold: at least this on a positive, at most this on a negative.
    """

    name: str
    kind: Literal["positive", "negative"]
    target: Callable[[], Target]
    roles: Callable[[], Roles]
    access: Access
    budget: Budget
    params: dict[str, Any]
    harm: str
    threshold: float
    artifacts: Callable[[], dict[str, Artifact]] = dict
    paths: Callable[[], tuple[str, ...]] = tuple


class Attack(Plugin, ABC):
    """One technique. Hazards, scanners and certifiers share this contract; only their families differ."""

    spec: ClassVar[AttackSpec]
    params: ClassVar[type[BaseModel]] = NoParams

    @abstractmethod
    def run(self, view: View, *, params: Any, seed: int) -> Artifact:
        """Attack through `view`. `params` is an instance of `self.params`. Deterministic given `seed`.

        Running out of budget is not an error: return the best found so far.
        """

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """Trials worth running on such a system. Raises `NotApplicable` with a plain reason."""
        return [Proposal(params=self.params().model_dump(mode="json"))]

    def check(self, profile: Profile) -> None:
        """Raise `NotApplicable` when the profile lacks what the spec says is needed."""
        spec = self.spec
        if spec.differentiable and not profile.differentiable:
            raise NotApplicable(f"{spec.title} needs gradients, and this kind of model has none")
        if spec.retrainable and not profile.retrainable:
            raise NotApplicable(f"{spec.title} retrains the model, and the description names no retrain function")
        if profile.modality not in spec.modalities:
            raise NotApplicable(f"{spec.title} is not defined for {profile.modality} data")
        if spec.bounded and profile.bounds is None:
            raise NotApplicable(f"{spec.title} needs the bounds of the inputs (load.bounds)")

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        """A positive control for each access and each norm it is planned with, since no other counts for a trial; and a
        negative one, unless the spec says why there can be none."""
        return ()


class Referee(Plugin, ABC):
    """Re-measures what the attacks of one family claim. One file `referee.py` a family.

    also: estimands besides the harms of the attacks that a gate may bound from above, rates all of them.
    """

    family: ClassVar[Family]
    also: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def measure(self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
        """Measure with its own queries on `subject`. `roles` carries the secrets. Retrains with seeds of its own."""


class DefenseSpec(PluginSpec):
    """defence: id in the knowledge base's catalogue. counters: threat ids it is tried against.

    limits_only: it changes no answer, only how many there are: a trial within `Defense.limit` is the same again.
    """

    defence: str
    counters: tuple[str, ...]
    limits_only: bool = False
    differentiable: bool = False
    retrainable: bool = False
    modalities: tuple[Literal["image", "tabular"], ...] = ("image", "tabular")


class Defense(Plugin, ABC):
    """(target, data) in, hardened target out. Split in two so that the costly part is done once and kept."""

    spec: ClassVar[DefenseSpec]
    params: ClassVar[type[BaseModel]] = NoParams

    def fit(self, target: Target, data: Data, *, params: Any, seed: int) -> dict[str, NDArray[np.generic]]:
        """The numbers the defence learns (weights, thresholds). Empty for defences that learn nothing."""
        return {}

    @abstractmethod
    def wrap(
        self, target: Target, arrays: dict[str, NDArray[np.generic]], *, params: Any, seed: int, digest: str
    ) -> Target:
        """The target behind the defence (a `Defended`), from what `fit` returned. Cheap."""

    def apply(self, target: Target, data: Data, *, params: Any, seed: int) -> Target:
        """`fit` and `wrap` in one."""
        arrays = self.fit(target, data, params=params, seed=seed)
        return self.wrap(target, arrays, params=params, seed=seed, digest=f"{target.info.digest}+{self.spec.id}")

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """Parameters for such a system. Raises `NotApplicable` with a plain reason."""
        return self.params().model_dump(mode="json")

    def limit(self, params: Any) -> int | None:
        """How many queries an adversary gets through an interface; None where the defence limits none."""
        return None

    def assumes(self, params: Any) -> str:
        """A sentence on what must be so for the defence to cost no more than is measured; nothing where all is."""
        return ""


class LoaderSpec(PluginSpec):
    """kinds: values of `load.kind` this loader answers to. extra: the pip extra it needs."""

    kinds: tuple[str, ...]
    extra: str | None = None
    differentiable: bool = False


class TargetLoader(Plugin, ABC):
    """Opens a model as described. Never unpickles without `trust: pickle`."""

    spec: ClassVar[LoaderSpec]

    @abstractmethod
    def load(self, asset: Any, root: Path, *, classes: int, input_shape: tuple[int, ...]) -> Target:
        """`asset` is a model asset of the description; `root` the folder its paths start from.
        Raises `ModelError` or `UnsafeFileError` in one sentence."""

    def differentiable(self, load: Any, root: Path | None) -> bool:
        """Whether a model of this `load` has gradients, told without opening it and without importing anything heavy.

        root: the folder its paths start from; None where no file may be looked at.
        """
        return self.spec.differentiable


class DatasetLoader(Plugin, ABC):
    """Opens data as described. Never unpickles."""

    spec: ClassVar[LoaderSpec]

    @abstractmethod
    def load(self, asset: Any, root: Path) -> Data:
        """`asset` is a data asset of the description. Raises `DataError` in one sentence."""


class SectionSpec(PluginSpec):
    """order: place in the report, small first. audience: manager or engineer."""

    order: int
    heading: str


class Section(Plugin, ABC):
    """One part of the report: `name.py` with `name.html.j2` beside it."""

    spec: ClassVar[SectionSpec]

    @abstractmethod
    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any] | None:
        """What the template needs; None leaves the section out. Pure: no clock, no model, no network."""


@dataclass(frozen=True)
class ArrayReader:
    """Reads the arrays evidence keeps: `reader(evidence_id)` gives names to arrays (empty when there are none)."""

    read: Callable[[str], Mapping[str, NDArray[np.generic]]] = field(default=lambda _: {})

    def __call__(self, evidence: str) -> Mapping[str, NDArray[np.generic]]:
        return self.read(evidence)


class Exporter(Plugin, ABC):
    """Writes an assessment as one file of another format."""

    spec: ClassVar[PluginSpec]
    suffix: ClassVar[str]

    @abstractmethod
    def export(self, assessment: Assessment, arrays: ArrayReader) -> str:
        """The text of the file."""


class RuleSpec(PluginSpec):
    """An interaction rule between exposures. `because` is shown beside every cell it changes."""

    because: str
    provenance: Literal["sourced", "judged"] = "judged"


class Rule(Plugin, ABC):
    """Raises or caps exposures where design choices meet. One rule a file, with a table test."""

    spec: ClassVar[RuleSpec]

    @abstractmethod
    def apply(self, facts: Any) -> list[Any]:
        """See `analysis.interaction`: facts in, a list of changes out (empty when the rule does not fire)."""
