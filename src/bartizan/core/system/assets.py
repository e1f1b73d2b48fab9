"""The four kinds of asset, each with the design choices its exposure is read from."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from bartizan.core.base import Frozen
from bartizan.core.suggest import nearest
from bartizan.core.system.choice import choice
from bartizan.core.system.contributing import Contributing
from bartizan.core.system.load_data import DataLoad
from bartizan.core.system.load_model import ModelLoad
from bartizan.core.system.values import FunctionRef, Id, Positive, Text
from bartizan.core.vocabulary import Aspect, Stage

LOCK_LEVELS = ("pinned_scanned", "pinned", "floating", "unknown")


class Asset(Frozen):
    """What all four kinds share: a name, and who can get at the asset itself (not through an interface), and when."""

    aspect: ClassVar[Aspect]
    section: ClassVar[str]

    id: Annotated[Id, Field(description="Short name, unique in this description")]
    note: Annotated[str, Field(description="Anything a reader should know")] = ""
    open_to: Annotated[
        Literal["internal", "partners", "public"],
        Field(description="Who can get at the asset itself, not through an interface (public: it is published)"),
    ] = "internal"
    open_in: Annotated[
        tuple[Stage, ...] | None, Field(description="Stages in which it is open to them; left out: in every stage")
    ] = None

    def is_open(self, stage: Stage) -> bool:
        """Whether `open_to` holds in `stage`."""
        return self.open_in is None or stage in self.open_in


class DataAsset(Asset):
    """A data set."""

    aspect: ClassVar[Aspect] = Aspect.DATA
    section: ClassVar[str] = "assets.data"

    load: Annotated[
        DataLoad | None, Field(description="How to load it; left out: it cannot be tested, only planned for")
    ] = None
    rows: Annotated[Positive | None, Field(description="Number of records, if known")] = None
    sensitive_columns: Annotated[
        tuple[Text, ...],
        Field(description="Columns of a table nobody may infer; left out: of records of people, those of few values"),
    ] = ()
    contributing: Annotated[
        Contributing | None,
        Field(description="What a record, a label or an account costs whoever contributes; left out: unknown"),
    ] = None
    origin: Annotated[
        Literal["own", "purchased", "synthetic", "public", "crowd", "web", "users", "unknown"],
        choice("DC01", "Where the records come from"),
    ] = "unknown"
    labels: Annotated[
        Literal["in_house", "vendor_checked", "outsourced", "crowd", "derived", "unknown"],
        choice("DC02", "Who labels the records"),
    ] = "unknown"
    publicity: Annotated[
        Literal["private", "partly", "public", "unknown"], choice("DC03", "Whether others can read the records")
    ] = "unknown"
    sensitivity: Annotated[
        Literal["none", "pseudonymised", "personal", "secret", "unknown"],
        choice("DC04", "How sensitive a record is"),
    ] = "unknown"
    redundancy: Annotated[
        Literal["deduplicated_large", "small", "duplicated", "long_tail", "unknown"],
        choice("DC05", "What invites memorising records"),
    ] = "unknown"
    integrity: Annotated[
        Literal["signed", "hashed", "versioned", "none", "unknown"],
        choice("DC06", "How a changed record would be noticed"),
    ] = "unknown"
    augmentation: Annotated[
        Literal["none", "own", "vetted", "third_party", "unknown"],
        choice("DC07", "Who makes augmented or synthetic records"),
    ] = "unknown"


class DpPromise(Frozen):
    """What a training is said to keep: (epsilon, delta)-differential privacy for one record added or removed."""

    epsilon: Annotated[float, Field(gt=0, allow_inf_nan=False, description="The epsilon that is claimed")]
    delta: Annotated[float, Field(gt=0, lt=1, description="The delta that is claimed, 1e-5 say")]


class Retrain(Frozen):
    """How to train the model again: `train(x, y, *, seed) -> model`, the user's own trusted code."""

    function: Annotated[FunctionRef, Field(description="module:function or path.py:function")]
    data: Annotated[Id, Field(description="Id of the data set it trains on")]
    promise: Annotated[
        DpPromise | None, Field(description="Differential privacy that the function claims to keep; left out: none")
    ] = None


class ModelAsset(Asset):
    """A model."""

    aspect: ClassVar[Aspect] = Aspect.MODEL
    section: ClassVar[str] = "assets.models"

    load: Annotated[
        ModelLoad | None, Field(description="How to load it; left out: it cannot be tested, only planned for")
    ] = None
    retrain: Annotated[Retrain | None, Field(description="How to train it again; left out: no retraining trials")] = (
        None
    )
    train_data: Annotated[Id | None, Field(description="Id of the data it was trained on")] = None
    test_data: Annotated[Id | None, Field(description="Id of the data it is tested on")] = None
    learning: Annotated[
        Literal["frozen", "periodic_gated", "continual", "unknown"],
        choice("DC08", "Whether and how it learns after release"),
    ] = "unknown"
    federation: Annotated[
        Literal["none", "vetted_clients", "open_clients", "unknown"],
        choice("DC09", "Whether several parties train it together"),
    ] = "unknown"
    origin: Annotated[
        Literal["from_scratch", "fine_tuned", "third_party", "unknown"],
        choice("DC10", "Where the model comes from; fine_tuned: from a vetted, signed base"),
    ] = "unknown"
    architecture: Annotated[
        Literal["private", "family_known", "public", "unknown"],
        choice("DC11", "Who knows its architecture"),
    ] = "unknown"
    capacity: Annotated[
        Literal["small_regularised", "moderate", "overfit", "unknown"],
        choice("DC12", "Its capacity against the amount of data"),
    ] = "unknown"
    ensemble: Annotated[
        Literal["diverse", "homogeneous", "single", "unknown"], choice("DC15", "Whether several models vote")
    ] = "unknown"
    compression: Annotated[
        Literal["none", "evaluated", "not_evaluated", "unknown"],
        choice("DC16", "Whether it is compressed or quantised, and evaluated after that"),
    ] = "unknown"
    randomness: Annotated[
        Literal["none", "certified_smoothing", "undocumented", "unknown"],
        choice("DC17", "Whether inference is random"),
    ] = "unknown"


def _lock(value: str) -> str:
    if value in LOCK_LEVELS or "." in value or "/" in value:
        return value
    close = nearest(value, LOCK_LEVELS)
    hint = f"did you mean '{close}'?" if close else f"one of {', '.join(LOCK_LEVELS)}, or the path of a lock file"
    raise PydanticCustomError("option", "cannot be '{value}'; {hint}", {"value": value, "hint": hint})


class SoftwareAsset(Asset):
    """A software component: the training environment, the service around the model, the pipeline."""

    aspect: ClassVar[Aspect] = Aspect.SOFTWARE
    section: ClassVar[str] = "assets.software"

    hosts: Annotated[tuple[Id, ...], Field(description="Ids of the assets it handles; left out: all")] = ()
    artefacts: Annotated[
        Literal["signed_safe", "safetensors", "onnx", "scanned_pickle", "pickle", "unknown"],
        choice("DC22", "The format in which models are handed on"),
    ] = "unknown"
    dependencies: Annotated[
        str,
        AfterValidator(_lock),
        choice("DC23", "pinned_scanned, pinned, floating, unknown, or the path of a lock file"),
    ] = "unknown"
    environments: Annotated[
        Literal["segregated", "partly", "shared", "unknown"],
        choice("DC24", "How training and test environments are kept apart"),
    ] = "unknown"
    preprocessing: Annotated[
        Literal["bounds_checked", "fixed", "resizable", "unknown"],
        choice("DC25", "What is done to inputs before the model; resizable: the sender decides the size"),
    ] = "unknown"

    @property
    def lock_file(self) -> str | None:
        """The path of the lock file, when `dependencies` names one."""
        return None if self.dependencies in LOCK_LEVELS else self.dependencies


class HardwareAsset(Asset):
    """Hardware that the system runs on or senses with."""

    aspect: ClassVar[Aspect] = Aspect.HARDWARE
    section: ClassVar[str] = "assets.hardware"

    hosts: Annotated[tuple[Id, ...], Field(description="Ids of the assets that run on it; left out: all")] = ()
    place: Annotated[
        Literal["own", "cloud", "supervised_edge", "edge", "unknown"], choice("DC26", "Where it stands")
    ] = "unknown"
    isolation: Annotated[
        Literal["dedicated", "tee", "vm", "shared", "unknown"],
        choice("DC27", "What separates it from other tenants"),
    ] = "unknown"
    sensors: Annotated[
        Literal["none", "multi_modal", "redundant", "single", "unknown"],
        choice("DC28", "The sensors that the inputs come from"),
    ] = "unknown"
    fault_tolerance: Annotated[Literal["ecc", "none", "unknown"], choice("DC29", "Protection against flipped bits")] = (
        "unknown"
    )


class Assets(Frozen):
    """All assets of the system, by kind."""

    data: Annotated[tuple[DataAsset, ...], Field(description="Data sets")] = ()
    models: Annotated[tuple[ModelAsset, ...], Field(description="Models")] = ()
    software: Annotated[tuple[SoftwareAsset, ...], Field(description="Software components")] = ()
    hardware: Annotated[tuple[HardwareAsset, ...], Field(description="Hardware")] = ()

    def all(self) -> tuple[Asset, ...]:
        """Every asset: data, models, software, hardware, in the order described."""
        return (*self.data, *self.models, *self.software, *self.hardware)
