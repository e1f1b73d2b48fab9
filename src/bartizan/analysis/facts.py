"""`Facts`: what an interaction rule may look at. `Change`: the only things it may say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from bartizan.core.base import Frozen
from bartizan.core.exposure import Exposure
from bartizan.core.system import SYSTEM_ID, Asset, HardwareAsset, Interface, ModelAsset, SoftwareAsset, System
from bartizan.core.vocabulary import Capability, Level, Stage

Effect = Literal[
    "level", "exposure_at_least", "likelihood_up", "impact_at_least", "impact_at_most", "grants", "not_applicable"
]


class Change(Frozen):
    """One effect of a rule where design choices meet.

    effect `level`: the `exposures` get the level `to`. The others speak of the vulnerabilities of `techniques` on
    `asset` (and `interface`, when it is given): their exposure is at least `to`, their likelihood goes up, their
    impact is at least or at most `to`, every adversary has the `capabilities`, or they do not exist.
    exposures: the design choices that meet; they name the rule in `adjusted_by`.
    """

    rule: str
    effect: Effect
    reason: str
    exposures: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    asset: str = ""
    interface: str | None = None
    to: Level | None = None
    capabilities: tuple[Capability, ...] = ()

    def speaks_of(self, technique: str, asset: str, interface: str | None) -> bool:
        """Whether it changes the vulnerability of `technique` on `asset` through `interface`."""
        return technique in self.techniques and asset == self.asset and self.interface in (None, interface)


class Facts:
    """The description and its exposures, in one stage of the life cycle (None: over all of it)."""

    def __init__(self, system: System, exposures: tuple[Exposure, ...], stage: Stage | None = None) -> None:
        self.system = system
        self.exposures = exposures
        self.stage = stage

    @cached_property
    def _by_id(self) -> dict[str, Exposure]:
        return {e.id: e for e in self.exposures}

    def get(self, choice: str, item: str = SYSTEM_ID) -> Exposure | None:
        """The exposure of one design choice of one item, or None when it has none."""
        return self._by_id.get(f"{choice}@{item}")

    def is_high(self, choice: str, item: str = SYSTEM_ID) -> bool:
        """Whether that exposure is high. What is unknown counts as high."""
        found = self.get(choice, item)
        return found is not None and found.level.rank == Level.HIGH.rank

    def is_low(self, choice: str, item: str = SYSTEM_ID) -> bool:
        """Whether that exposure is known to be low."""
        found = self.get(choice, item)
        return found is not None and found.level is Level.LOW

    def option(self, choice: str, item: str = SYSTEM_ID) -> str | None:
        """The option described, or None when there is no such choice."""
        found = self.get(choice, item)
        return found.option if found else None

    def models(self) -> tuple[ModelAsset, ...]:
        """The models of the system."""
        return self.system.assets.models

    def interfaces(self, model: str) -> tuple[Interface, ...]:
        """The interfaces of a model that are open in this stage (or in any, when there is none)."""
        return tuple(i for i in self.system.interfaces_of(model) if self.stage is None or i.is_open(self.stage))

    def served(self) -> Iterator[tuple[ModelAsset, Interface]]:
        """Every model with each of its open interfaces."""
        for model in self.models():
            for interface in self.interfaces(model.id):
                yield model, interface

    def hosts(self, model: str) -> tuple[HardwareAsset, ...]:
        """The hardware a model runs on: what names it, and what names nothing."""
        return tuple(h for h in self.system.assets.hardware if not h.hosts or model in h.hosts)

    def software(self, model: str) -> tuple[SoftwareAsset, ...]:
        """The software that handles a model or its training data: what names one of them, and what names nothing."""
        data = self.data(model)
        handled = {model, data} - {None}
        return tuple(s for s in self.system.assets.software if not s.hosts or handled & set(s.hosts))

    def data(self, model: str) -> str | None:
        """The id of the data a model is trained on, or None."""
        found = self.system.training_data(model)
        return found.id if found else None

    def is_open(self, asset: Asset) -> bool:
        """Whether `asset.open_to` holds now."""
        return asset.open_in is None or self.stage is None or asset.is_open(self.stage)

    def related(self, model: str, interface: str | None) -> frozenset[str]:
        """Ids of the items whose design choices bear on a threat to `model` through `interface` (None: any)."""
        through = [i.id for i in self.interfaces(model) if interface in (None, i.id)]
        around = [a.id for a in (*self.hosts(model), *self.software(model))]
        return frozenset({model, SYSTEM_ID, *through, *around, *filter(None, [self.data(model)])})
