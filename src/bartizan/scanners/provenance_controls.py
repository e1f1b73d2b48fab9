"""A small system with nothing that speaks for its files, and the same with a digest for each."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Data, Roles
from bartizan.core.vocabulary import Capability
from bartizan.formats.description import read_system
from bartizan.numerics.linear import LinearTarget
from bartizan.provenance.digests import record, written
from bartizan.provenance.files import asset_files

from .controls import folder

_DESCRIPTION = """\
name: Control
purpose: Is looked at
stage: deployment
assets:
  data:
    - {id: train, load: {kind: npz, path: train.npz}}
  models:
    - {id: model, load: {kind: plugin, plugin: none}, train_data: train}
  software:
    - {id: service, dependencies: requirements.txt}
"""


def unaccounted() -> Control:
    """Every file could be swapped."""
    return _control("files that nothing speaks for", "positive", "bare", 1.0)


def accounted() -> Control:
    """None could, once their digests are recorded."""
    return _control("files with their digests recorded", "negative", "recorded", 0.0)


def _control(name: str, kind: Literal["positive", "negative"], into: str, threshold: float) -> Control:
    return Control(
        name=name,
        kind=kind,
        target=lambda: LinearTarget(np.eye(2)),
        roles=lambda: Roles(Data.of(np.zeros((0, 2), np.float32), np.zeros(0, np.int64))),
        access=Access(capabilities=(Capability.FILES,)),
        budget=Budget(),
        params={},
        harm="unaccounted_files",
        threshold=threshold,
        paths=lambda: _paths(into),
    )


@cache
def _paths(name: str) -> tuple[str, ...]:
    at = folder() / name
    at.mkdir(exist_ok=True)
    np.savez(at / "train.npz", x=np.zeros((2, 3), np.float32), y=np.zeros(2, np.int64))
    (at / "requirements.txt").write_text("numpy==2.4.6\n", encoding="utf-8")
    system = at / "system.yaml"
    system.write_text(_DESCRIPTION, encoding="utf-8")
    if name == "recorded":
        _record(system)
    return (str(system), *(str(f.path) for f in asset_files(read_system(system))))


def _record(system: Path) -> None:
    digests = record(asset_files(read_system(system)))
    (system.parent / "digests.json").write_text(written(digests), encoding="utf-8")
    system.write_text(_DESCRIPTION + "provenance: {digests: digests.json}\n", encoding="utf-8")
