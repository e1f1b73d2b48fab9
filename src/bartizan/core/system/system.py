"""The system as described: the root of everything that is assessed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from bartizan.core.base import Frozen
from bartizan.core.errors import UsageError
from bartizan.core.suggest import did_you_mean
from bartizan.core.system.adversaries import Adversary
from bartizan.core.system.assets import Asset, Assets, DataAsset, ModelAsset
from bartizan.core.system.checks import problems_of
from bartizan.core.system.choice import SYSTEM_ID, DesignChoice, choice, choices_of
from bartizan.core.system.flows import Flow
from bartizan.core.system.gates import AcceptedRisk, Authorisation, Gate, Override
from bartizan.core.system.interfaces import Interface
from bartizan.core.system.odd import Condition
from bartizan.core.system.problem import complain
from bartizan.core.system.provenance import Provenance
from bartizan.core.system.use import Use
from bartizan.core.system.values import Text
from bartizan.core.vocabulary import Level, Objective, Stage


class Impact(Frozen):
    """What a failure of each objective costs. `unknown` is planned for as high."""

    availability: Annotated[Level, Field(description="If the system stops answering")] = Level.UNKNOWN
    integrity: Annotated[Level, Field(description="If it answers wrongly")] = Level.UNKNOWN
    privacy: Annotated[Level, Field(description="If data or the model leak")] = Level.UNKNOWN
    safety: Annotated[Level, Field(description="If people or things come to harm")] = Level.UNKNOWN

    def of(self, objective: Objective) -> Level:
        """The impact on `objective`."""
        level: Level = getattr(self, objective.value)
        return level


class Supply(Frozen):
    """Who trains and who hosts."""

    parties: Annotated[
        Literal["self_self", "supplier_self", "supplier_supplier", "unknown"],
        choice("DC34", "Who trains and who hosts the model"),
    ] = "unknown"


class Organisation(Frozen):
    """How the organisation around the system decides."""

    retraining: Annotated[
        Literal["gated", "ad_hoc", "automatic", "unknown"], choice("DC35", "What starts and approves a retraining")
    ] = "unknown"


def _readable(version: object) -> object:
    if version != 1 and isinstance(version, int | float | str):
        raise PydanticCustomError(
            "version",
            "is {version}, and this Bartizan reads 1: write 1, or install the Bartizan that the description is for",
            {"version": version},
        )
    return version


class System(Frozen):
    """A machine-learning system as described in `system.yaml`."""

    schema_version: Annotated[Literal[1], BeforeValidator(_readable), Field(description="Version of this format")] = 1
    name: Annotated[Text, Field(description="What the system is called")]
    purpose: Annotated[Text, Field(description="What it is for, in one sentence")]
    stage: Annotated[Stage, Field(description="Where in its life cycle it is now")]
    use: Annotated[Use, Field(description="The use case and the safeguards of process around it")] = Use()
    impact: Annotated[Impact, Field(description="What a failure costs, by objective")] = Impact()
    odd: Annotated[dict[str, Condition], Field(description="Operational design domain: named conditions")] = {}
    assets: Annotated[Assets, Field(description="Data, models, software and hardware")] = Assets()
    interfaces: Annotated[tuple[Interface, ...], Field(description="Ways to query the models")] = ()
    flows: Annotated[tuple[Flow, ...], Field(description="What flows where, across which trust boundary")] = ()
    adversaries: Annotated[
        tuple[Adversary, ...], Field(description="Who may attack; left out: the default cast of the knowledge base")
    ] = ()
    gates: Annotated[tuple[Gate, ...], Field(description="Conditions that decide pass or fail")] = ()
    accepted: Annotated[tuple[AcceptedRisk, ...], Field(description="Findings that somebody answers for")] = ()
    authorisation: Annotated[
        Authorisation | None, Field(description="Leave to attack a live endpoint; null: none is attacked")
    ] = None
    overrides: Annotated[
        dict[str, Override], Field(description="Knowledge-base entries that are judged otherwise here, by id")
    ] = {}
    provenance: Annotated[
        Provenance, Field(description="Digests, signatures and lists that the files named here are held against")
    ] = Provenance()
    supply: Annotated[Supply, Field(description="Who trains and who hosts")] = Supply()
    organisation: Annotated[Organisation, Field(description="How the organisation decides")] = Organisation()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        complain("System", problems_of(self))
        return self

    def asset(self, asset_id: str) -> Asset:
        """The asset with this id. Raises `UsageError` with a suggestion when there is none."""
        for asset in self.assets.all():
            if asset.id == asset_id:
                return asset
        raise UsageError(
            f"no asset '{asset_id}' in '{self.name}'" + did_you_mean(asset_id, (a.id for a in self.assets.all()))
        )

    def model(self, model_id: str) -> ModelAsset:
        """The model with this id. Raises `UsageError` when there is none."""
        asset = self.asset(model_id)
        if not isinstance(asset, ModelAsset):
            raise UsageError(f"'{model_id}' is a {asset.aspect} asset, a model is needed here")
        return asset

    def interface(self, interface_id: str) -> Interface:
        """The interface with this id. Raises `UsageError` with a suggestion when there is none."""
        for interface in self.interfaces:
            if interface.id == interface_id:
                return interface
        raise UsageError(
            f"no interface '{interface_id}' in '{self.name}'"
            + did_you_mean(interface_id, (i.id for i in self.interfaces))
        )

    def interfaces_of(self, model_id: str) -> tuple[Interface, ...]:
        """The interfaces that answer for one model."""
        return tuple(i for i in self.interfaces if i.serves == model_id)

    def training_data(self, model_id: str) -> DataAsset | None:
        """The data a model was trained on: as said by `train_data`, by `retrain`, or the data set called `train`."""
        model = self.model(model_id)
        return self._data(model.train_data or (model.retrain.data if model.retrain else None) or "train")

    def test_data(self, model_id: str) -> DataAsset | None:
        """The data a model is tested on: as said by `test_data`, the data set called `test`, or the only other one."""
        named = self._data(self.model(model_id).test_data or "test")
        train = self.training_data(model_id)
        others = [d for d in self.assets.data if d != train]
        return named or (others[0] if len(others) == 1 else None)

    def _data(self, data_id: str) -> DataAsset | None:
        return next((d for d in self.assets.data if d.id == data_id), None)

    def boundaries(self) -> tuple[str, ...]:
        """The names of the trust boundaries, in the order in which flows first cross them."""
        return tuple(dict.fromkeys(f.crosses for f in self.flows if f.crosses))

    def iter_choices(self) -> Iterator[DesignChoice]:
        """Every design choice of every asset and interface and of the system itself, `unknown` ones included."""
        for asset in self.assets.all():
            yield from choices_of(asset.section, asset.id, asset)
        for interface in self.interfaces:
            yield from choices_of(interface.section, interface.id, interface)
        yield from choices_of("use", SYSTEM_ID, self.use)
        yield from choices_of("supply", SYSTEM_ID, self.supply)
        yield from choices_of("organisation", SYSTEM_ID, self.organisation)

    def choice_value(self, section: str, item_id: str, field: str) -> str | int:
        """The value of one design choice; `section` as in `DesignChoice`. Raises `KeyError` when there is none."""
        for found in self.iter_choices():
            if (found.section, found.item, found.field) == (section.removesuffix("[]"), item_id, field):
                return found.value
        raise KeyError((section, item_id, field))
