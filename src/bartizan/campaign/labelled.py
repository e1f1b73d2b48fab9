"""Whatever a model is tested or trained on needs labels: without them, each answer would count as right or wrong by
chance."""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.core.errors import DescriptionError
from bartizan.core.system import DataAsset, System
from bartizan.formats.description import Description


def require_labelled(description: Description) -> None:
    """Raise `DescriptionError`, each at its place, for data of a model that can be loaded and say nothing of labels."""
    problems = [f"{description.positions.at(path)}: {what}" for path, what in _unlabelled(description.system)]
    if problems:
        raise DescriptionError(problems)


def _unlabelled(system: System) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for i, data in enumerate(system.assets.data):
        use = _use(system, data)
        if data.load is None or data.load.labelled or not use:
            continue
        key = str(data.load.label_key)
        yield (
            ("assets", "data", i, "load", key),
            f"the data '{data.id}' have no labels, and {use}; say under '{key}' where they are, or leave out 'load'",
        )


def _use(system: System, data: DataAsset) -> str:
    for model in system.assets.models:
        if model.load is None:
            continue
        if system.test_data(model.id) == data:
            return f"'{model.id}' is tested on them"
        if system.training_data(model.id) == data:
            return f"'{model.id}' is trained on them"
    return ""
