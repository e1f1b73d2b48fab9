"""The scan of provenance and its referee: the controls hold, and a dishonest account is found out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Control
from bartizan.core.view import grant
from bartizan.scanners.provenance import ProvenanceScan
from bartizan.scanners.provenance_controls import accounted
from bartizan.scanners.referee import ScannerReferee


def _scanned(control: Control, paths: tuple[str, ...] = ()) -> Artifact:
    view = grant(control.target(), control.access, control.budget, control.roles(), paths=paths or control.paths())
    return replace(ProvenanceScan().run(view, params=ProvenanceScan.params(), seed=0), watched=view.watched())


def _measured(artifact: Artifact) -> Any:
    return ScannerReferee().measure(None, accounted().roles(), artifact, params=ProvenanceScan.params(), seed=0)


@pytest.mark.parametrize("control", ProvenanceScan.controls(), ids=lambda c: c.kind)
def test_controls_hold_through_the_referee(control: Control) -> None:
    measured = _measured(_scanned(control))
    (harm,) = [m for m in measured.measurements if m.estimand == control.harm]
    assert (harm.value, harm.low, harm.high) == (control.threshold,) * 3
    assert not measured.flags
    gaps = {m.at["piece"] for m in measured.measurements if m.estimand == "provenance_gap"}
    assert ("digest" in gaps) is (control.kind == "positive")
    assert {"bom", "advisories", "unhashed"} <= gaps


def test_a_scanner_that_passes_over_a_swapped_file_is_found_out(tmp_path: Path) -> None:
    paths = []
    for path in accounted().paths():
        (tmp_path / Path(path).name).write_bytes(Path(path).read_bytes())
        paths.append(str(tmp_path / Path(path).name))
    (tmp_path / "digests.json").write_bytes((Path(accounted().paths()[0]).parent / "digests.json").read_bytes())
    honest = _scanned(accounted(), tuple(paths))
    assert _measured(honest).measurements[0].value == 0.0
    (tmp_path / "train.npz").write_bytes(b"swapped")
    seen = _measured(honest)
    assert seen.measurements[0].value == 0.5
    assert "file_changed" in {f.id for f in seen.flags}
    swapped = _scanned(accounted(), tuple(paths))
    lying = replace(swapped, arrays={"unaccounted": np.zeros(2, np.bool_)})
    assert {f.id for f in _measured(lying).flags} == {"verdict_disputed"}
    assert not _measured(swapped).flags
