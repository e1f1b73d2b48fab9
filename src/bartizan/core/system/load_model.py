"""How to load a model: one class for each kind of file."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from bartizan.core.base import Frozen
from bartizan.core.system.problem import Problem, complain
from bartizan.core.system.values import Bounds, FunctionRef, Id, Number, Positive, Share, Text, shape_of


class OutsidePreprocessing(Frozen):
    """What happens to an input outside the model, before it: either scaling or a function of the user."""

    mean: Annotated[tuple[Number, ...], Field(description="Subtracted, one value a channel or feature")] = ()
    std: Annotated[tuple[Number, ...], Field(description="Divided by, one value a channel or feature")] = ()
    function: Annotated[
        FunctionRef | None, Field(description="module:function from the adversary's space to the model's")
    ] = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        problems = []
        if bool(self.mean or self.std) == (self.function is not None):
            problems.append(Problem((), "give either mean and std, or a function"))
        elif len(self.mean) != len(self.std):
            problems.append(Problem(("std",), "mean and std need the same number of values"))
        if any(value <= 0 for value in self.std):
            problems.append(Problem(("std",), "every std must be above 0"))
        complain("preprocessing", problems)
        return self


Preprocessing = Annotated[
    Annotated[Literal["inside"], Tag("word")] | Annotated[OutsidePreprocessing, Tag("mapping")],
    Discriminator(shape_of),
]


class _ModelSource(Frozen):
    """What every kind of model file shares. `bounds` and any ε speak of the space the adversary controls."""

    file_keys: ClassVar[tuple[str, ...]] = ("path",)

    bounds: Annotated[Bounds | None, Field(description="[lowest, highest] input value the adversary can send")] = None
    preprocessing: Annotated[
        Preprocessing, Field(description="inside: the model takes raw inputs; else what is done outside it")
    ] = "inside"
    input_shape: Annotated[
        tuple[Positive, ...] | None, Field(description="Shape of one input, without the batch, e.g. [1, 28, 28]")
    ] = None
    classes: Annotated[Annotated[int, Field(strict=True, ge=2)] | None, Field(description="Number of classes")] = None
    class_names: Annotated[tuple[Text, ...], Field(description="Names of the classes, in the model's order")] = ()
    sha256: Annotated[
        Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None, Field(description="Digest the file must have")
    ] = None
    trust: Annotated[
        Literal["pickle"] | None, Field(description="pickle: allow the file to run code when opened; this is a finding")
    ] = None
    accuracy: Annotated[Share | None, Field(description="Accuracy on the test data as stated by its maker")] = None

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        if self.class_names and self.classes not in (None, len(self.class_names)):
            sentence = f"{len(self.class_names)} class names for {self.classes} classes"
            complain("model", [Problem(("class_names",), sentence)])
        return self

    @property
    def file(self) -> str | None:
        """The model file as written in the description, or None when there is none."""
        return next((getattr(self, key) for key in self.file_keys), None)


class TorchLoad(_ModelSource):
    """A PyTorch module built by the user's own trusted `build()`, with weights loaded into it."""

    file_keys: ClassVar[tuple[str, ...]] = ("weights",)

    kind: Literal["torch"]
    factory: Annotated[FunctionRef, Field(description="module:function or path.py:function that returns the nn.Module")]
    weights: Annotated[
        Text | None, Field(description="safetensors, or a checkpoint that opens with weights_only; null: none")
    ] = None


class _FileLoad(_ModelSource):
    path: Annotated[Text, Field(description="The model file, relative to this description")]


class TorchscriptLoad(_FileLoad):
    """A TorchScript archive."""

    kind: Literal["torchscript"]


class TorchExportLoad(_FileLoad):
    """A program saved by `torch.export`."""

    kind: Literal["torch_export"]


class OnnxLoad(_FileLoad):
    """An ONNX graph."""

    kind: Literal["onnx"]


class SklearnLoad(_FileLoad):
    """A scikit-learn estimator: skops, or a pickle that is explicitly trusted."""

    kind: Literal["sklearn"]


class XgboostLoad(_FileLoad):
    """An XGBoost model in its own JSON or UBJSON format."""

    kind: Literal["xgboost"]


class LightgbmLoad(_FileLoad):
    """A LightGBM model in its own text format."""

    kind: Literal["lightgbm"]


class PluginModelLoad(_ModelSource):
    """A model that an installed plugin knows how to reach."""

    file_keys: ClassVar[tuple[str, ...]] = ()

    kind: Literal["plugin"]
    plugin: Annotated[Id, Field(description="Name of the target plugin")]
    options: Annotated[dict[str, Any], Field(description="What the plugin wants to know")] = {}


ModelLoad = Annotated[
    TorchLoad
    | TorchscriptLoad
    | TorchExportLoad
    | OnnxLoad
    | SklearnLoad
    | XgboostLoad
    | LightgbmLoad
    | PluginModelLoad,
    Field(discriminator="kind"),
]
