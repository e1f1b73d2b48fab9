"""How to load a data set: one class for each kind of source."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from bartizan.core.base import Frozen
from bartizan.core.system.problem import Problem, complain
from bartizan.core.system.values import Flag, FunctionRef, Id, Positive, Range, Text


class Feature(Frozen):
    """One column of tabular data, and what an adversary may do to it."""

    name: Annotated[Text, Field(description="Name of the column")]
    type: Annotated[
        Literal["continuous", "integer", "categorical", "binary"], Field(description="What values it takes")
    ] = "continuous"
    range: Annotated[Range | None, Field(description="[lowest, highest] possible value")] = None
    one_of: Annotated[tuple[int | float | str, ...], Field(description="The only values it may take")] = ()
    mutable: Annotated[Flag, Field(description="Whether an adversary can change it")] = True
    direction: Annotated[
        Literal["any", "increase", "decrease"], Field(description="Which way an adversary can change it")
    ] = "any"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        problems = []
        if self.type == "categorical" and self.range is not None:
            problems.append(Problem(("range",), "a categorical feature has no range; list its values under 'one_of'"))
        if self.direction != "any" and not self.mutable:
            problems.append(Problem(("direction",), "a feature that is not mutable has no direction"))
        if self.direction != "any" and self.type == "categorical":
            problems.append(Problem(("direction",), "a categorical feature has no direction"))
        complain("Feature", problems)
        return self


class _DataSource(Frozen):
    """What every kind of source shares."""

    file_keys: ClassVar[tuple[str, ...]] = ()  # the fields that name a file, relative to the description
    folder_keys: ClassVar[tuple[str, ...]] = ()
    label_key: ClassVar[str | None] = None  # the field that says where the labels are; None: they always come along

    features: Annotated[tuple[Feature, ...], Field(description="The columns, in order, for tabular data")] = ()
    scale: Annotated[
        float | None, Field(gt=0, strict=True, description="Factor that x is multiplied by after reading, e.g. 0.00392")
    ] = None

    @property
    def labelled(self) -> bool:
        """Whether the description says where the labels are."""
        return self.label_key is None or getattr(self, self.label_key) is not None

    @model_validator(mode="after")
    def _names_unique(self) -> Self:
        names = [f.name for f in self.features]
        complain(
            "features",
            (
                Problem(("features", i, "name"), f"feature '{name}' is listed twice")
                for i, name in enumerate(names)
                if name in names[:i]
            ),
        )
        return self


class NpzLoad(_DataSource):
    """A NumPy archive with one array for the inputs and one for the labels. Object arrays are refused."""

    file_keys: ClassVar[tuple[str, ...]] = ("path",)
    label_key: ClassVar[str | None] = "y"

    kind: Literal["npz"]
    path: Annotated[Text, Field(description="The .npz file, relative to this description")]
    x: Annotated[Text, Field(description="Name of the array of inputs")] = "x"
    y: Annotated[Text | None, Field(description="Name of the array of labels; null when there are none")] = "y"


class IdxLoad(_DataSource):
    """The IDX format of MNIST, plain or gzipped: one file for inputs and one for labels."""

    file_keys: ClassVar[tuple[str, ...]] = ("x", "y")
    label_key: ClassVar[str | None] = "y"

    kind: Literal["idx"]
    x: Annotated[Text, Field(description="The file of inputs (.idx or .gz)")]
    y: Annotated[Text | None, Field(description="The file of labels; null when there are none")] = None


class TableLoad(_DataSource):
    """A table on disk with a column of labels."""

    file_keys: ClassVar[tuple[str, ...]] = ("path",)
    label_key: ClassVar[str | None] = "label"

    path: Annotated[Text, Field(description="The file, relative to this description")]
    label: Annotated[Text | None, Field(description="Name of the column of labels; null when there is none")] = None


class CsvLoad(TableLoad):
    """Comma-separated values with a header line, UTF-8."""

    kind: Literal["csv"]
    separator: Annotated[str, Field(min_length=1, max_length=1, description="Character between fields")] = ","


class ParquetLoad(TableLoad):
    """An Apache Parquet file."""

    kind: Literal["parquet"]


class ImageFolderLoad(_DataSource):
    """A folder with one sub-folder of images for each class, classes in alphabetical order. Inputs lie in [0, 1]."""

    folder_keys: ClassVar[tuple[str, ...]] = ("path",)

    kind: Literal["image_folder"]
    path: Annotated[Text, Field(description="The folder, relative to this description")]
    size: Annotated[tuple[Positive, Positive] | None, Field(description="[height, width] to resize to")] = None
    channels: Annotated[Literal[1, 3], Field(description="1 grey, 3 red-green-blue")] = 3


class FunctionLoad(_DataSource):
    """The user's own trusted code: `function()` returns `(x, y)` as NumPy arrays."""

    kind: Literal["function"]
    function: Annotated[FunctionRef, Field(description="module:function or path.py:function")]


class PluginDataLoad(_DataSource):
    """A data set that an installed plugin knows how to load."""

    kind: Literal["plugin"]
    plugin: Annotated[Id, Field(description="Name of the data-set plugin")]
    options: Annotated[dict[str, Any], Field(description="What the plugin wants to know")] = {}


DataLoad = Annotated[
    NpzLoad | IdxLoad | CsvLoad | ParquetLoad | ImageFolderLoad | FunctionLoad | PluginDataLoad,
    Field(discriminator="kind"),
]
