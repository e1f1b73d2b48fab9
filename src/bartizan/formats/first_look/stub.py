"""Write a first description from a model file and a data file: what could be read off, and `unknown` for the rest."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic import BaseModel

from bartizan.core.system import (
    DataAsset,
    HardwareAsset,
    Interface,
    ModelAsset,
    Organisation,
    SoftwareAsset,
    Supply,
    Use,
)
from bartizan.formats.digest import file_digest
from bartizan.formats.first_look.code import find_function
from bartizan.formats.first_look.data import ColumnPeek, DataPeek, peek_data
from bartizan.formats.first_look.model import ModelPeek, peek_model

_MAX_FEATURES = 200
_LOCKS = ("requirements.lock", "uv.lock", "poetry.lock", "pdm.lock", "conda-lock.yml", "constraints.txt")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")

_TOP = """\
# yaml-language-server: $schema=system.schema.json
# Written by `bartizan init`; `bartizan schema -o system.schema.json` writes the file named above, for editors.
# Replace each `unknown` by one of the words after it. What stays unknown is planned for as high, and shown as unknown.
schema_version: 1
name: {name}
purpose: "unknown"  # what the system is for, in one sentence
# planning | data | training | retraining | evaluation | testing | deployment | monitoring | decommission
stage: testing
use:
  metric: {{kind: accuracy}}  # accuracy | balanced_accuracy | precision_recall (with positive: [classes])
                            # add floor: {{accuracy: 0.9}} for the least that the use case tolerates
{use}
impact: {{availability: unknown, integrity: unknown, privacy: unknown, safety: unknown}}  # low | medium | high
odd: {{}}  # conditions of the world, e.g. scan_noise: {{kind: gaussian_noise, range: [0, 0.1]}}"""

_END = """\
flows: []  # e.g. - {from: api, to: model, carries: inputs, state: in_transit, crosses: internet}
adversaries: []  # empty: the default cast of the knowledge base
gates: []  # e.g. - {threat_class: evasion, estimand: robust_accuracy, norm: linf, eps: 0.03, at_least: 0.4}
accepted: []  # e.g. - {finding: E1@model, by: name, why: text, until: 2030-12-31}
authorisation: null  # for live endpoints: {by: name, until: 2030-12-31, spend_cap_eur: 100}
overrides: {}
supply:
"""


def stub(model_path: Path | str, data_path: Path | str | None = None, *, folder: Path | str | None = None) -> str:
    """The text of a `system.yaml` for this model and data, to be saved in `folder` (default: the model's).

    Nothing is loaded, run or unpickled. Raises `ModelError` or `DataError` when a file is not recognised.
    """
    model_path = Path(model_path)
    base = Path(folder) if folder is not None else model_path.parent
    model = peek_model(model_path)
    data = peek_data(Path(data_path)) if data_path is not None else None
    lines = [_TOP.format(name=_quoted(model_path.stem), use="\n".join(_choices(Use, 2))), "assets:", "  data:"]
    lines += _data_lines(data, Path(data_path) if data_path is not None else None, base)
    lines += ["  models:", *_model_lines(model, data, model_path, base)]
    software = {"artefacts": model.artefacts, "dependencies": _lock_file(model_path.parent, base)}
    lines += ["  software:", "    - id: service", *_choices(SoftwareAsset, 6, **software)]
    lines += ["  hardware:", "    - id: host", *_choices(HardwareAsset, 6)]
    lines += ["interfaces:", "  - id: api", "    serves: model", *_choices(Interface, 4)]
    lines += ["    authentication: unknown  # none | account | strong: how callers prove who they are"]
    lines += [_END.rstrip(), *_choices(Supply, 2), "organisation:", *_choices(Organisation, 2)]
    return "\n".join(lines) + "\n"


def _choices(model: type[BaseModel], indent: int, **known: str) -> Iterator[str]:
    """One line for each design choice: its value, its options, its meaning."""
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        if not isinstance(extra, dict) or "choice" not in extra:
            continue
        options = " | ".join(o for o in _words(field.annotation) if o != "unknown")
        meaning = (field.description or "").split(" (design choice")[0]
        about = f"{options}: {meaning}" if options else meaning
        yield f"{' ' * indent}{name}: {known.get(name, 'unknown')}  # {about}"


def _words(annotation: object) -> list[str]:
    """The options of a field, also where it may be a number as well."""
    if get_origin(annotation) is Literal:
        return [str(option) for option in get_args(annotation)]
    return [word for part in get_args(annotation) for word in _words(part)]


def _data_lines(data: DataPeek | None, path: Path | None, base: Path) -> Iterator[str]:
    yield "    - id: train  # the data the model was trained on; add load: {kind: npz, path: …} to test more"
    yield from _choices(DataAsset, 6)
    if data is None or path is None:
        return
    yield "    - id: test  # the data the model is tested on"
    yield from (f"      # {remark}" for remark in data.remarks)
    yield "      load:"
    for key, value in data.load.items():
        is_file = key == "path" or (data.load["kind"] == "idx" and key in ("x", "y"))
        yield f"        {key}: {_file(path.parent / value, base) if value and is_file else _quoted(value)}"
    yield from _feature_lines(data.columns)
    if data.rows:
        yield f"      rows: {data.rows}"
    yield from _choices(DataAsset, 6)


def _feature_lines(columns: tuple[ColumnPeek, ...]) -> Iterator[str]:
    if not columns:
        return
    if len(columns) > _MAX_FEATURES:
        yield f"        # {len(columns)} columns: too many to list here"
        return
    yield "        features:  # mutable: whether an adversary can change it; direction: increase | decrease | any"
    for column in columns:
        about = [f"name: {_quoted(column.name)}", f"type: {column.type}"]
        if column.low is not None and column.high is not None:
            about.append(f"range: [{_number(column.low)}, {_number(column.high)}]")
        if column.values:
            about.append(f"one_of: [{', '.join(map(_quoted, column.values))}]")
        yield f"          - {{{', '.join([*about, 'mutable: true'])}}}"


def _model_lines(model: ModelPeek, data: DataPeek | None, path: Path, base: Path) -> Iterator[str]:
    yield "    - id: model"
    yield from (f"      # {remark}" for remark in model.remarks)
    yield "      load:"
    yield f"        kind: {model.kind}"
    if model.kind == "torch":
        factory = find_function(path.parent, ("build", "build_model", "make_model", "create_model"))
        about = "" if factory else "  # write this function: it returns the nn.Module that the weights fit"
        yield f"        factory: {_quoted(factory or 'net:build')}{about}"
        yield f"        weights: {_file(path, base)}"
    else:
        yield f"        path: {_file(path, base)}"
    yield f'        sha256: "{file_digest(path)}"'
    yield from _input_lines(model, data)
    yield "        preprocessing: inside  # or what is done outside the model: {mean: […], std: […]} or {function: m:f}"
    if data is not None:
        yield "      test_data: test"
    train = find_function(path.parent, ("train", "train_model", "fit")) or "net:train"
    yield f"      # retrain: {{function: {_quoted(train)}, data: train}}  # train(x, y, *, seed) -> model"
    yield from _choices(ModelAsset, 6)


def _input_lines(model: ModelPeek, data: DataPeek | None) -> Iterator[str]:
    shape = model.input_shape or (data.input_shape if data else None)
    if shape:
        yield f"        input_shape: {list(shape)}"
    yield _bounds_line(data)
    in_data, guess = data.classes if data else None, model.guessed_classes
    classes = model.classes or in_data or guess
    if classes is None or classes < 2:
        return
    if model.classes or in_data == guess:
        yield f"        classes: {classes}"
    elif in_data:
        other = f"; the shape of the model suggests {guess}" if guess else ""
        yield f"        classes: {classes}  # the labels that occur in the data{other}: check it"
    else:
        yield f"        classes: {classes}  # a guess: check it"


def _bounds_line(data: DataPeek | None) -> str:
    if data is None or data.low is None or data.high is None or not data.low < data.high:
        return "        # bounds: [0, 1]  # lowest and highest input value that can be sent"
    low, high = data.low, data.high
    for top in (1.0, 255.0):  # images are scaled to one of these as a rule
        if low >= 0 and top / 2 < high <= top and len(data.input_shape or ()) > 1:
            low, high = 0.0, top
    scale = "; if the model wants 0 to 1, add `scale: 0.00392156862745098` to load of the data and write [0, 1]"
    said = "judged by the data: check what can really be sent" + (scale if high == 255 else "")
    return f"        bounds: [{_number(low)}, {_number(high)}]  # {said}"


def _lock_file(folder: Path, base: Path) -> str:
    found = next((folder / name for name in _LOCKS if (folder / name).is_file()), None)
    return _file(found, base) if found else "unknown"


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _quoted(text: str | None) -> str:
    """A YAML scalar for any text: JSON's double quotes, with what cannot be seen written as an escape."""
    if text is None:
        return "null"
    if _PLAIN.fullmatch(text) and text.lower() not in ("true", "false", "null"):
        return text
    visible = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in visible)


def _file(path: Path, base: Path) -> str:
    return _quoted(Path(os.path.relpath(path, base)).as_posix())
