"""What building a Keras model from its configuration would run: version 3 names modules, the older ones classes only.

After `keras/src/saving/serialization_lib.py`: every mapping with a `class_name` is looked up and built, and one that is
a `function` is imported from whatever module it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bartizan.formats.nested import mappings
from bartizan.formats.pickles.names import Standing, standing
from bartizan.formats.printable import printable
from bartizan.formats.verdict import Reason

from .names import FUNCTION_MODULES, FUNCTIONS, KNOWN, LOADS, LOOKUPS, RUNS

_OWN = ("keras", "keras.src", "tf_keras", "tensorflow.keras", "tensorflow.python.keras")


def config_reasons(value: Any, member: str, offset: int = 0) -> Iterator[Reason]:
    """Why a model should not be built from this configuration (parsed JSON). Each reason once."""
    built = (item for item in mappings(value) if isinstance(item.get("class_name"), str))
    found = (Reason(rule, text, offset, member) for item in built for rule, text in _judged(item))
    yield from dict.fromkeys(found)


def is_model(value: Any) -> bool:
    """Whether parsed JSON is the configuration of a Keras model."""
    return isinstance(value, dict) and isinstance(value.get("class_name"), str) and "config" in value


def _judged(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    cls, config = item["class_name"], item.get("config")
    shown = printable(cls)
    if cls in RUNS:
        yield "runs-code", f"its layer {shown} holds code that runs when the model is opened or used"
    elif cls == "function":
        yield from _function(str(item.get("module") or ""), str(config))
    elif cls in LOADS:
        yield "custom-code", f"its layer {shown} loads what lies outside the file"
    else:
        yield from _class(item, cls)
    if cls in LOOKUPS and isinstance(config, dict):
        yield from _vocabulary(shown, config.get("vocabulary"))


def _class(item: dict[str, Any], cls: str) -> Iterator[tuple[str, str]]:
    module, registered = item.get("module"), item.get("registered_name")
    shown = printable(f"{module}.{cls}" if module else cls)
    if isinstance(module, str) and not _is_own(module) and module != "builtins":
        runs = standing(module, cls) is Standing.RUNS
        yield "runs-code" if runs else "custom-code", f"it would import and build {shown}, which is not part of Keras"
    elif cls not in KNOWN:
        yield "custom-code", f"it would build {shown}, which is not on the list of Keras's own"
    elif isinstance(registered, str) and ">" in registered and not registered.startswith("keras>"):
        yield "custom-code", f"it would build {printable(registered)}, which is not part of Keras"


def _function(module: str, name: str) -> Iterator[tuple[str, str]]:
    shown = printable(f"{module}.{name}")
    if name in FUNCTIONS and (module in FUNCTION_MODULES or module == "builtins"):
        return
    runs = _is_own(module) or (module == "builtins" and standing(module, name) is not Standing.UNKNOWN)
    if runs or standing(module, name) is Standing.RUNS:
        yield "runs-code", f"it would import and call the function {shown}"
    else:
        yield "custom-code", f"it would import the function {shown}, which is not on the list of Keras's own"


def _vocabulary(layer: str, where: Any) -> Iterator[tuple[str, str]]:
    if isinstance(where, str):
        yield "escape", f"its layer {layer} reads the file {printable(where)} when it is opened"


def _is_own(module: str) -> bool:
    return any(module == own or module.startswith(own + ".") for own in _OWN)
