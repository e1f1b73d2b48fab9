from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bartizan.analysis.analyse import analyse
from bartizan.core.system import System
from bartizan.core.vocabulary import Level, Stage
from bartizan.formats.description import read_system

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/system.yaml")), ids=lambda p: p.parent.name)
def test_examples_have_what_a_reader_expects(path, kb) -> None:
    system = read_system(path, check_files=False).system
    analysis = analyse(system, kb)
    ids = {v.id for v in analysis.vulnerabilities}
    for model in system.assets.models:
        assert {f"{t}@{model.id}" for t in ("E1", "E3", "P1", "S1", "H1", "H2")} <= ids
        for interface in system.interfaces_of(model.id):
            assert {f"{t}@{model.id}/{interface.id}" for t in ("E2", "X1", "D1")} <= ids
    assert {e.id for e in analysis.exposures} >= {id for v in analysis.vulnerabilities for id in v.exposures}
    assert {t.id.rpartition(":")[0] for t in analysis.threats} == ids


def test_same_system_same_analysis(make, kb) -> None:
    assert analyse(make(), kb) == analyse(make(), kb)


def test_a_bare_description_is_planned_for_as_high(kb) -> None:
    bare = System.model_validate(
        {
            "name": "Bare", "purpose": "Says nothing", "stage": "planning",
            "assets": {"data": [{"id": "train"}], "models": [{"id": "m"}], "hardware": [{"id": "h"}]},
            "interfaces": [{"id": "api", "serves": "m"}],
        }
    )  # fmt: skip
    by_id = {v.id: v for v in analyse(bare, kb).vulnerabilities}
    assert {"E2@m/api", "X1@m/api", "D1@m/api", "P1@m", "B1@m", "B2@m", "E4@m", "X2@m"} <= set(by_id)
    assert {v.impact for v in by_id.values()} == {Level.UNKNOWN}
    assert by_id["E2@m/api"].likelihood is Level.HIGH


def test_the_stage_filters(make, kb) -> None:
    system = make(interface={"audience": "public", "open_in": ["deployment", "monitoring"]})
    in_data = {v.id for v in analyse(system, kb, stage=Stage.DATA).vulnerabilities}
    in_deployment = {v.id for v in analyse(system, kb, stage=Stage.DEPLOYMENT).vulnerabilities}
    assert "E2@reader/api" in in_deployment - in_data
    assert in_data < {v.id for v in analyse(system, kb).vulnerabilities}


def test_overrides_reach_the_likelihood(make, kb) -> None:
    plain = {v.id: v for v in analyse(make(), kb).vulnerabilities}
    own = make(overrides={"E1": {"values": {"maturity": "realized"}}})
    judged = {v.id: v for v in analyse(own, kb).vulnerabilities}
    assert judged["E1@reader"].maturity == "realized"
    assert judged["E1@reader"].score > plain["E1@reader"].score


def test_analysis_needs_no_torch() -> None:
    code = "import sys, bartizan.analysis.analyse; sys.exit('torch' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
